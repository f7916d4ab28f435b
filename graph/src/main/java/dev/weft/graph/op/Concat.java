package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors one after the other along an axis.
 *
 * @param axis the axis, from 0
 */
public record Concat(int axis) implements Operator {
  @Override
  public String name() {
    return "concat";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, Integer.MAX_VALUE);
    operands.commonDtype();
    TensorType first = operands.tensor(0);
    operands.axis(axis, first.rank());
    IntExpr sum = first.dim(axis);
    for (int i = 1; i < operands.count(); i++) {
      TensorType next = operands.tensor(i);
      if (next.rank() != first.rank()) {
        throw operands.failure(first + " and " + next + " differ in their number of dimensions");
      }
      for (int d = 0; d < first.rank(); d++) {
        if (d != axis) {
          operands.sameSize(first.dim(d), next.dim(d), "the sizes of dimension " + d);
        }
      }
      sum = SizeAlgebra.plus(sum, next.dim(axis));
    }
    List<IntExpr> dims = new ArrayList<>(first.shape().dims());
    dims.set(axis, sum);
    return first.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<IntExpr> begins = new ArrayList<>(List.of(IntExpr.of(0)));
              for (int i = 0; i < call.count() - 1; i++) {
                begins.add(SizeAlgebra.plus(begins.get(i), call.type(i).dim(axis)));
              }
              Expr result = part(call, axes.list(), 0, begins);
              for (int i = 1; i < call.count(); i++) {
                Expr inOrBehind = Expr.ge(axes.get(axis), call.expr(begins.get(i)));
                result = Maths.ifThenElse(inOrBehind, part(call, axes.list(), i, begins), result);
              }
              return result;
            }));
  }

  private Expr part(Lowering call, List<Expr> indices, int operand, List<IntExpr> begins) {
    List<Expr> own = new ArrayList<>(indices);
    own.set(axis, Expr.sub(indices.get(axis), call.expr(begins.get(operand))));
    return call.at(operand, own);
  }
}
