package dev.weft.graph.op;

import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;

/**
 * An activation function of a recurrent layer's gates.
 *
 * @param function which one
 * @param alpha its first parameter, if it has one
 * @param beta its second parameter, if it has one
 */
public record GateActivation(Function function, double alpha, double beta) {
  /** The functions. */
  public enum Function {
    RELU,
    TANH,
    SIGMOID,
    AFFINE,
    LEAKY_RELU,
    THRESHOLDED_RELU,
    SCALED_TANH,
    HARD_SIGMOID,
    ELU,
    SOFTSIGN,
    SOFTPLUS
  }

  /** The function's value. */
  Expr of(Expr x) {
    Expr zero = Maths.number(x, 0);
    Expr one = Maths.number(x, 1);
    Expr a = Maths.number(x, alpha);
    Expr b = Maths.number(x, beta);
    return switch (function) {
      case RELU -> Expr.max(x, zero);
      case TANH -> Maths.tanh(x);
      case SIGMOID -> Maths.sigmoid(x);
      case AFFINE -> Expr.add(Expr.mul(a, x), b);
      case LEAKY_RELU -> new Expr.Select(Expr.ge(x, zero), x, Expr.mul(a, x));
      case THRESHOLDED_RELU -> new Expr.Select(Expr.gt(x, a), x, zero);
      case SCALED_TANH -> Expr.mul(a, Maths.tanh(Expr.mul(b, x)));
      case HARD_SIGMOID -> Expr.min(Expr.max(Expr.add(Expr.mul(a, x), b), zero), one);
      case ELU -> {
        Expr negative = Maths.exp(Expr.min(x, zero));
        yield new Expr.Select(Expr.ge(x, zero), x, Expr.mul(a, Expr.sub(negative, one)));
      }
      case SOFTSIGN -> Expr.div(x, Expr.add(one, Maths.call(Intrinsic.ABS, x)));
      case SOFTPLUS -> Maths.softplus(x);
    };
  }
}
