package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A reduction over some axes. Sums and products of float16 and bfloat16 are built up in float32.
 *
 * @param reduction what is taken of the elements
 * @param axes the axes, ascending, from 0; none means that nothing is reduced
 * @param keepDims whether the reduced axes stay, with size 1
 */
public record Reduce(Reduction reduction, List<Integer> axes, boolean keepDims)
    implements Operator {
  /** Sorts the axes. */
  public Reduce {
    axes = axes.stream().distinct().sorted().toList();
  }

  @Override
  public String name() {
    return reduction.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public PatternKind kind() {
    return PatternKind.REDUCTION;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    boolean ordered = reduction == Reduction.MAX || reduction == Reduction.MIN;
    if (x.dtype().isBool() && !ordered) {
      throw operands.failure("does not take bool");
    }
    return x.withShape(reduced(operands, x, axes, keepDims));
  }

  static Shape reduced(Operands operands, TensorType x, List<Integer> axes, boolean keepDims) {
    axes.forEach(axis -> operands.axis(axis, x.rank()));
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (!axes.contains(i)) {
        dims.add(x.dim(i));
      } else if (keepDims) {
        dims.add(IntExpr.of(1));
      }
    }
    return new Shape(dims);
  }
}
