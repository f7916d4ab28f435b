package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Slices of the first operand along an axis, picked by the second (int32 or int64, any shape);
 * negative indices count from the end.
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
}
