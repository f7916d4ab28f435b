package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Normalisation with known statistics: {@code (x - mean) / sqrt(variance + epsilon) * scale +
 * bias}, where scale, bias, mean and variance have one element a channel (axis 1 of x).
 *
 * @param epsilon added to the variance
 */
public record BatchNorm(double epsilon) implements Operator {
  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.BROADCAST;
  }

  /** Operands x, scale, bias, mean, variance. */
  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 5, 5);
    TensorType x = operands.floating(0);
    for (int i = 1; i < 5; i++) {
      TensorType parameter = operands.floating(i);
      if (parameter.rank() != 1) {
        throw operands.failure("operand " + i + " must have one dimension, got " + parameter);
      }
      if (x.rank() >= 2) {
        operands.sameSize(x.dim(1), parameter.dim(0), "the number of channels");
      }
    }
    return x;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType wide = Maths.accumulator(call.result().dtype());
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              List<Expr> channel =
                  call.result().rank() < 2 ? List.of(call.index(0)) : axes.list(1, 2);
              Expr x = Expr.cast(wide, call.at(0, axes.list()));
              Expr scale = Expr.cast(wide, call.at(1, channel));
              Expr bias = Expr.cast(wide, call.at(2, channel));
              Expr mean = Expr.cast(wide, call.at(3, channel));
              Expr variance = Expr.cast(wide, call.at(4, channel));
              Expr deviation =
                  Maths.call(Intrinsic.SQRT, Expr.add(variance, Maths.number(x, epsilon)));
              Expr normal = Expr.div(Expr.sub(x, mean), deviation);
              return Expr.cast(call.result().dtype(), Expr.add(Expr.mul(normal, scale), bias));
            }));
  }
}
