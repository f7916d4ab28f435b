package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.List;

/**
 * Sizes as an int64 tensor: what is left of a model's arithmetic on shapes where its result is used
 * as data.
 *
 * @param values the sizes
 * @param scalar whether the result has no dimension rather than one
 */
public record Sizes(List<IntExpr> values, boolean scalar) implements Operator {
  /** Checks that a scalar is one value. */
  public Sizes {
    values = List.copyOf(values);
    if (scalar && values.size() != 1) {
      throw new IllegalArgumentException("Sizes: a scalar has one value, got " + values);
    }
  }

  @Override
  public String name() {
    return "sizes";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands.of(this, args, 0, 0);
    return new TensorType(scalar ? Shape.of() : Shape.of(values.size()), DType.INT64);
  }
}
