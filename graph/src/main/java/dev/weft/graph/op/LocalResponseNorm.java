package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.GraphType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code x / (bias + alpha / size * s) ^ beta}, where s is the sum of the squares of {@code size}
 * neighbouring channels (Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural
 * Networks", section 3.3).
 *
 * @param size number of channels
 * @param alpha factor
 * @param beta exponent
 * @param bias added
 */
public record LocalResponseNorm(long size, double alpha, double beta, double bias)
    implements Operator {
  @Override
  public String name() {
    return "lrn";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    operands.tensorOfRank(0, 2);
    return operands.floating(0);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.result().dtype();
    DType wide = Maths.accumulator(dtype);
    ReduceAxis k = Te.reduceAxis(call.index(size), "k");
    Expr channels = call.dim(0, 1);
    Tensor squares =
        Te.reduce(
            name() + "_squares",
            call.shape(),
            i -> {
              Expr channel = Expr.sub(Expr.add(i.get(1), k.var()), (size - 1) / 2);
              List<Expr> indices = new ArrayList<>(i.list());
              indices.set(1, channel);
              Expr inside = Expr.and(Expr.ge(channel, call.index(0)), Expr.lt(channel, channels));
              Expr x = Expr.cast(wide, call.at(0, indices));
              return Te.sum(Maths.ifThenElse(inside, Expr.mul(x, x), Expr.imm(wide, 0)), k);
            });
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            i -> {
              Expr x = Expr.cast(wide, call.at(0, i.list()));
              Expr scaled = Expr.mul(squares.at(i), Maths.number(x, alpha / size));
              Expr base = Expr.add(Maths.number(x, bias), scaled);
              return Expr.cast(dtype, Expr.div(x, power(base)));
            }));
  }

  /** The base to the power of beta; roots for the exponents in use, a tenth of the call's cost. */
  private Expr power(Expr base) {
    if (beta == 0.5) {
      return Maths.call(Intrinsic.SQRT, base);
    }
    if (beta == 0.75) {
      Expr root = Maths.call(Intrinsic.SQRT, base);
      return Expr.mul(root, Maths.call(Intrinsic.SQRT, root));
    }
    return Maths.call(Intrinsic.POW, base, Maths.number(base, beta));
  }
}
