package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Reducer;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
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

  @Override
  public List<Tensor> compute(Lowering call) {
    List<Integer> axes = List.of(axis);
    ReduceAxis[] reduced = Reduce.reduceAxes(call, axes);
    List<Tensor> best =
        Te.reduceAll(
            name(),
            call.shape(),
            i -> {
              Expr element = call.at(0, Reduce.operandIndices(i, reduced, axes, keepDims));
              Expr index = Expr.cast(DType.INT64, reduced[0].var());
              return Te.reduction(reducer(), List.of(index, element), List.of(reduced));
            });
    return List.of(best.get(0));
  }

  /**
   * Of two (index, value) pairs the better; a pair of index -1 stands for nothing. The index
   * decides between equal values, so the order in which pairs are combined does not matter.
   */
  private Reducer reducer() {
    return new Reducer(
        dtypes -> List.of(Expr.imm(dtypes.get(0), -1L), Maths.lowest(dtypes.get(1))),
        (a, b) -> {
          Expr better = max ? Expr.gt(a.get(1), b.get(1)) : Expr.lt(a.get(1), b.get(1));
          Expr sooner = Expr.lt(a.get(0), b.get(0));
          Expr tie = lastIndex ? Expr.not(sooner) : sooner;
          Expr wins = Expr.or(better, Expr.and(Expr.eq(a.get(1), b.get(1)), tie));
          Expr exists = Expr.ge(a.get(0), Expr.imm(a.get(0).dtype(), 0L));
          Expr otherMissing = Expr.lt(b.get(0), Expr.imm(b.get(0).dtype(), 0L));
          Expr first = Expr.or(otherMissing, Expr.and(exists, wins));
          return List.of(
              new Expr.Select(first, a.get(0), b.get(0)),
              new Expr.Select(first, a.get(1), b.get(1)));
        });
  }
}
