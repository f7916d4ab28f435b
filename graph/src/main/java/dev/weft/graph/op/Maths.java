package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;
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

  /** A sum in its operands' type: a stage of its own if it was built up in a wider one. */
  static Tensor narrowed(Tensor sum, DType dtype, String name) {
    return sum.dtype().equals(dtype)
        ? sum
        : Te.compute(name + "_cast", sum.shape(), axes -> Expr.cast(dtype, sum.at(axes)));
  }

  /**
   * What a convolution gives: its sum in its operands' type, with a bias for each channel (axis 1)
   * where it has a third operand.
   */
  static Tensor biased(Lowering call, Tensor sum, String name) {
    DType dtype = call.type(0).dtype();
    if (call.count() == 2) {
      return narrowed(sum, dtype, name);
    }
    return Te.compute(
        "bias_add",
        call.shape(),
        axes -> {
          Expr bias = Expr.cast(sum.dtype(), call.at(2, List.of(axes.get(1))));
          return Expr.cast(dtype, Expr.add(sum.at(axes), bias));
        });
  }

  /** The least value of a type; minus infinity where there is one. */
  static Expr lowest(DType dtype) {
    return switch (dtype.code()) {
      case INT -> Expr.imm(dtype, -1L << (dtype.bits() - 1));
      case UINT, BOOL -> Expr.imm(dtype, 0L);
      case FLOAT, BFLOAT, FLOAT8_E4M3, FLOAT8_E5M2 -> Expr.imm(dtype, Double.NEGATIVE_INFINITY);
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          throw new IllegalArgumentException(dtype + " has no least value");
    };
  }

  /** {@code condition ? a : b}, where only the chosen value is evaluated. */
  static Expr ifThenElse(Expr condition, Expr a, Expr b) {
    return Expr.Call.of(a.dtype(), Intrinsic.IF_THEN_ELSE, condition, a, b);
  }
}
