package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.NarrowFloat;
import dev.weft.base.NarrowFloat.Specials;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;

/** Conversions between float32 and the bits of narrower floats, in integer arithmetic. */
final class FloatBits {
  private static final int MANTISSA = 23;
  private static final int BIAS = 127;
  private static final long INFINITY = 0x7F800000L;

  private FloatBits() {}

  /**
   * The value of bits as float32. Exact.
   *
   * @param bits uint8
   */
  static Expr decode(NarrowFloat format, Expr bits) {
    Expr pattern = Expr.cast(DType.INT32, bits);
    if (!format.signed()) {
      // 2^-127 is a subnormal number of float32.
      Expr power =
          choose(
              Expr.eq(pattern, number(0)),
              number(1L << (MANTISSA - 1)),
              shiftLeft(pattern, MANTISSA));
      Expr nan = Expr.eq(pattern, number(format.nanBits()));
      return asFloat(choose(nan, number(INFINITY | 1 << (MANTISSA - 1)), power));
    }
    int below = format.exponentBits() + format.mantissaBits();
    Expr magnitude = and(pattern, (1L << below) - 1);
    Expr subnormal =
        Expr.mul(
            Expr.cast(DType.FLOAT32, magnitude),
            Expr.float32(Math.scalb(1.0, 1 - format.bias() - format.mantissaBits())));
    Expr normal =
        asFloat(
            Expr.add(
                shiftLeft(magnitude, MANTISSA - format.mantissaBits()),
                number((long) (BIAS - format.bias()) << MANTISSA)));
    Expr finite =
        choose(Expr.lt(magnitude, number(1L << format.mantissaBits())), subnormal, normal);
    Expr value =
        switch (format.specials()) {
          case NONE, NAN_AT_MINUS_ZERO -> finite;
          case NAN_AT_TOP ->
              choose(Expr.gt(magnitude, number(format.largestBits())), nan(), finite);
          case IEEE ->
              choose(
                  Expr.gt(magnitude, number(format.largestBits())),
                  choose(
                      Expr.eq(magnitude, number(format.overflowBits())),
                      Expr.float32(Double.POSITIVE_INFINITY),
                      nan()),
                  finite);
        };
    Expr negative = Expr.gt(and(pattern, format.signBit()), number(0));
    Expr signed = choose(negative, Maths.neg(value), value);
    return format.specials() == Specials.NAN_AT_MINUS_ZERO
        ? choose(Expr.eq(pattern, number(format.signBit())), nan(), signed)
        : signed;
  }

  /**
   * The bits of the nearest number, as {@link NarrowFloat#encode}.
   *
   * @param x float32
   * @return uint8
   */
  static Expr encode(NarrowFloat format, Expr x, boolean saturate, EncodeFloat.Powers powers) {
    Expr bits = Expr.Call.of(DType.INT32, Intrinsic.REINTERPRET, x);
    Expr magnitude = and(bits, 0x7FFFFFFFL);
    Expr code =
        format.signed()
            ? signed(format, bits, magnitude, saturate)
            : power(format, magnitude, saturate, powers);
    return Expr.cast(DType.UINT8, code);
  }

  private static Expr signed(NarrowFloat format, Expr bits, Expr magnitude, boolean saturate) {
    int shift = MANTISSA - format.mantissaBits();
    Expr rebased = Expr.sub(magnitude, number((long) (BIAS - format.bias()) << MANTISSA));
    // Ties to even: half a unit less one, and one more if the last bit that stays is odd.
    Expr rounded =
        Expr.add(
            Expr.add(rebased, number((1L << (shift - 1)) - 1)), and(shiftRight(rebased, shift), 1));
    // Below the smallest normal number the unit is fixed: adding a number whose last bit has just
    // that unit rounds to it.
    double magic = Math.scalb(1.0, MANTISSA + 1 - format.bias() - format.mantissaBits());
    Expr shifted = Expr.add(asFloat(magnitude), Expr.float32(magic));
    Expr subnormal =
        Expr.sub(
            Expr.Call.of(DType.INT32, Intrinsic.REINTERPRET, shifted),
            number(Float.floatToRawIntBits((float) magic)));
    Expr least = number((long) (BIAS + 1 - format.bias()) << MANTISSA);
    Expr finite = choose(Expr.lt(magnitude, least), subnormal, shiftRight(rounded, shift));
    int beyond = saturate ? format.largestBits() : format.overflowBits();
    Expr limited = choose(Expr.gt(finite, number(format.largestBits())), number(beyond), finite);
    Expr sign =
        and(shiftRight(bits, 31 - format.exponentBits() - format.mantissaBits()), format.signBit());
    Expr isNan = Expr.gt(magnitude, number(INFINITY));
    boolean oneNan = format.specials() != Specials.IEEE && format.specials() != Specials.NAN_AT_TOP;
    Expr code =
        oneNan
            ? choose(isNan, number(format.nanBits()), or(sign, limited))
            : or(sign, choose(isNan, number(format.nanBits()), limited));
    return format.specials() == Specials.NAN_AT_MINUS_ZERO
        ? choose(Expr.eq(limited, number(0)), number(0), code)
        : code;
  }

  private static Expr power(
      NarrowFloat format, Expr magnitude, boolean saturate, EncodeFloat.Powers powers) {
    Expr exponent = shiftRight(magnitude, MANTISSA);
    Expr fraction = and(magnitude, (1L << MANTISSA) - 1);
    long one = 1L << (MANTISSA - 1); // 2^-127 among float32's subnormal numbers.
    // The fraction from which on the next power is taken, for normal and for subnormal numbers.
    long from = powers == EncodeFloat.Powers.UP ? 1 : 1L << (MANTISSA - 1);
    long fromSubnormal = powers == EncodeFloat.Powers.UP ? one + 1 : one + one / 2;
    Expr code = exponent;
    if (powers != EncodeFloat.Powers.DOWN) {
      Expr limit = choose(Expr.eq(exponent, number(0)), number(fromSubnormal), number(from));
      code = Expr.add(exponent, Expr.cast(DType.INT32, Expr.ge(fraction, limit)));
    }
    int beyond = saturate ? format.largestBits() : format.overflowBits();
    Expr limited = choose(Expr.gt(code, number(format.largestBits())), number(beyond), code);
    if (!saturate) {
      limited = choose(Expr.lt(magnitude, number(one)), number(format.nanBits()), limited);
    }
    return choose(Expr.gt(magnitude, number(INFINITY)), number(format.nanBits()), limited);
  }

  private static Expr choose(Expr condition, Expr a, Expr b) {
    return new Expr.Select(condition, a, b);
  }

  private static Expr number(long value) {
    return Expr.imm(DType.INT32, value);
  }

  private static Expr nan() {
    return Expr.float32(Double.NaN);
  }

  private static Expr asFloat(Expr bits) {
    return Expr.Call.of(DType.FLOAT32, Intrinsic.REINTERPRET, bits);
  }

  private static Expr and(Expr x, long mask) {
    return Maths.call(Intrinsic.BITWISE_AND, x, number(mask));
  }

  private static Expr or(Expr a, Expr b) {
    return Maths.call(Intrinsic.BITWISE_OR, a, b);
  }

  private static Expr shiftLeft(Expr x, int by) {
    // As a product: OpenCL C defines no left shift of vectors of signed integers.
    return Expr.mul(x, 1L << by);
  }

  private static Expr shiftRight(Expr x, int by) {
    return Maths.call(Intrinsic.SHIFT_RIGHT, x, number(by));
  }
}
