package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import java.util.List;

/**
 * The position (int64) of the greatest or least element along an axis.
 *
 * @param max whether it is the greatest
 * @param axis the axis, from 0
 * @param keepDims whether the axis stays, with size 1
 * @param lastIndex whether the last of several equal elements counts rather than the first
 */
public record ArgReduce(boolean max, int axis, boolean keepDims, boolean lastIndex)
    implements Operator {
  @Override
  public String name() {
    return max ? "argmax" : "argmin";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.REDUCTION;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensorOfRank(0, 1);
    return new TensorType(Reduce.reduced(operands, x, List.of(axis), keepDims), DType.INT64);
  }
}
