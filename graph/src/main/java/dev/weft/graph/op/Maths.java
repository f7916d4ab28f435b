package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.function.UnaryOperator;

/** Scalar expressions that operators are made of. */
final class Maths {
  private Maths() {}

  /** A call of a built-in that gives its first argument's type. */
  static Expr call(Intrinsic intrinsic, Expr... args) {
    return Expr.Call.of(args[0].dtype(), intrinsic, args);
  }

  /** A number of the type of {@code like}. */
  static Expr number(Expr like, double value) {
    return Expr.imm(like.dtype(), value);
  }

  static Expr neg(Expr x) {
    // 0 - x would turn +0.0 into +0.0 instead of -0.0.
    return x.dtype().isFloat() ? Expr.mul(x, number(x, -1)) : Expr.sub(number(x, 0), x);
  }

  static Expr exp(Expr x) {
    return call(Intrinsic.EXP, x);
  }

  static Expr log(Expr x) {
    return call(Intrinsic.LOG, x);
  }

  static Expr tanh(Expr x) {
    return call(Intrinsic.TANH, x);
  }

  static Expr sigmoid(Expr x) {
    return call(Intrinsic.SIGMOID, x);
  }

  /** The type in which sums of values of a type are built up: float32 for narrower floats. */
  static DType accumulator(DType dtype) {
    return dtype.isFloat() && dtype.bits() < 32 ? DType.FLOAT32 : dtype;
  }

  /** Works out a formula of several steps in float32 where the operand is a narrower float. */
  static Expr wide(Expr x, UnaryOperator<Expr> formula) {
    DType wide = accumulator(x.dtype());
    return Expr.cast(x.dtype(), formula.apply(Expr.cast(wide, x)));
  }

  /** {@code log(1 + exp(x))} without overflow. */
  static Expr softplus(Expr x) {
    Expr tail = call(Intrinsic.LOG1P, exp(neg(call(Intrinsic.ABS, x))));
    return Expr.add(Expr.max(x, number(x, 0)), tail);
  }
}
