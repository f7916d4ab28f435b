package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
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

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              Expr result = Expr.imm(DType.INT64, 0L);
              for (int i = values.size() - 1; i >= 0; i--) {
                Expr value = Expr.cast(DType.INT64, call.expr(values.get(i)));
                boolean last = i == values.size() - 1;
                result =
                    last
                        ? value
                        : new Expr.Select(Expr.eq(axes.get(0), call.index(i)), value, result);
              }
              return result;
            }));
  }
}
