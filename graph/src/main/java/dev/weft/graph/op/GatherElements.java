package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * For each element of the second operand (indices, int32 or int64, of the first one's rank) the
 * element of the first that has this index along an axis and the same other indices.
 *
 * @param axis the axis, from 0
 */
public record GatherElements(int axis) implements Operator {
  @Override
  public String name() {
    return "gather_elements";
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
    if (!indices.dtype().isInt() || indices.rank() != data.rank()) {
      throw operands.failure(
          "the indices must be integers in " + data.rank() + " dimensions, got " + indices);
    }
    return data.withShape(indices.shape());
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> at = new ArrayList<>(axes.list());
              at.set(axis, Indices.clamped(call, call.at(1, axes.list()), call.dim(0, axis)));
              return call.at(0, at);
            }));
  }
}
