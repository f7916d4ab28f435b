package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices of the first operand along an axis, picked by the second (int32 or int64, any shape);
 * negative indices count from the end, and those out of range are moved to the border.
 *
 * @param axis the axis, from 0
 */
public record Gather(int axis) implements Operator {
  @Override
  public String name() {
    return "gather";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.INJECTIVE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType data = operands.tensorOfRank(0, 1);
    TensorType indices = operands.tensor(1);
    operands.axis(axis, data.rank());
    if (!indices.dtype().isInt()) {
      throw operands.failure("the indices must be integers, got " + indices);
    }
    List<IntExpr> dims = new ArrayList<>(data.shape().dims().subList(0, axis));
    dims.addAll(indices.shape().dims());
    dims.addAll(data.shape().dims().subList(axis + 1, data.rank()));
    return data.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    int picked = call.type(1).rank();
    Expr size = call.dim(0, axis);
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              Expr index = call.at(1, axes.list(axis, axis + picked));
              List<Expr> indices = new ArrayList<>(axes.list(0, axis));
              indices.add(inRange(call, Expr.cast(size.dtype(), index), size));
              indices.addAll(axes.list(axis + picked, axes.size()));
              return call.at(0, indices);
            }));
  }

  /**
   * Counts negative indices from the end; the rest is clamped, so that no read is out of bounds.
   */
  private static Expr inRange(Lowering call, Expr index, Expr size) {
    Expr zero = call.index(0);
    Expr positive = new Expr.Select(Expr.lt(index, zero), Expr.add(index, size), index);
    return Expr.min(Expr.max(positive, zero), Expr.sub(size, 1));
  }
}
