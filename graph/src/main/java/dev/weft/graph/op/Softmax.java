package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Axes;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code exp(x - max) / sum(exp(x - max))} along an axis, or its logarithm {@code x - max - log(sum
 * (exp(x - max)))}, each in stages of its own. Worked out in float32 for narrower floats.
 *
 * @param axis the axis, from 0
 * @param log whether the logarithm is wanted
 */
public record Softmax(int axis, boolean log) implements Operator {
  @Override
  public String name() {
    return log ? "log_softmax" : "softmax";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.floating(0);
    operands.axis(axis, x.rank());
    return x;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.result().dtype();
    DType wide = Maths.accumulator(dtype);
    List<Integer> reducedAxes = List.of(axis);
    List<Expr> rows = new ArrayList<>(call.shape());
    rows.remove(axis);
    ReduceAxis[] k = Reduce.reduceAxes(call, reducedAxes);
    Tensor max =
        Te.reduce(
            name() + "_max",
            rows,
            i -> {
              List<Expr> indices = Reduce.operandIndices(i, k, reducedAxes, false);
              return Te.max(Expr.cast(wide, call.at(0, indices)), k);
            });
    Tensor exp =
        Te.compute(
            name() + "_exp",
            call.shape(),
            i -> Maths.exp(Expr.sub(Expr.cast(wide, call.at(0, i.list())), max.at(row(i)))));
    ReduceAxis[] s = Reduce.reduceAxes(call, reducedAxes);
    Tensor sum =
        Te.reduce(
            name() + "_sum",
            rows,
            i -> Te.sum(exp.at(Reduce.operandIndices(i, s, reducedAxes, false)), s));
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            i -> {
              if (!log) {
                return Expr.cast(dtype, Expr.div(exp.at(i), sum.at(row(i))));
              }
              Expr shifted = Expr.sub(Expr.cast(wide, call.at(0, i.list())), max.at(row(i)));
              return Expr.cast(dtype, Expr.sub(shifted, Maths.log(sum.at(row(i)))));
            }));
  }

  private List<Expr> row(Axes indices) {
    List<Expr> row = new ArrayList<>(indices.list());
    row.remove(axis);
    return row;
  }
}
