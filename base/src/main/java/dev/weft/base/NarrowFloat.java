package dev.weft.base;

/**
 * A floating-point format of at most 8 bits: its numbers and how other numbers are rounded to it.
 * Sources: "OCP 8-bit Floating Point Specification" 1.0 and "OCP Microscaling Formats" 1.0 for
 * E4M3, E5M2, E8M0 and E2M1; Noune et al., "8-bit Numerical Formats for Deep Neural Networks"
 * (2022), for the two FNUZ.
 *
 * @param exponentBits bits of the exponent
 * @param mantissaBits bits of the mantissa, without the implied one
 * @param bias what is taken off the exponent's bits
 * @param specials which bit patterns are no finite numbers
 */
public record NarrowFloat(int exponentBits, int mantissaBits, int bias, Specials specials) {
  /** What the bit patterns stand for that are no finite numbers. */
  public enum Specials {
    /** As in IEEE 754: the largest exponent is infinity or NaN. */
    IEEE,
    /** All ones are NaN; there is no infinity. */
    NAN_AT_TOP,
    /** The pattern of minus zero is NaN; there is neither infinity nor minus zero. */
    NAN_AT_MINUS_ZERO,
    /** Every pattern is a number. */
    NONE
  }

  /** 1 sign, 4 exponent, 3 mantissa bits, largest number 448. */
  public static final NarrowFloat E4M3FN = new NarrowFloat(4, 3, 7, Specials.NAN_AT_TOP);

  /** 1 sign, 5 exponent, 2 mantissa bits, largest number 57344. */
  public static final NarrowFloat E5M2 = new NarrowFloat(5, 2, 15, Specials.IEEE);

  /** 1 sign, 4 exponent, 3 mantissa bits, largest number 240. */
  public static final NarrowFloat E4M3FNUZ = new NarrowFloat(4, 3, 8, Specials.NAN_AT_MINUS_ZERO);

  /** 1 sign, 5 exponent, 2 mantissa bits, largest number 57344. */
  public static final NarrowFloat E5M2FNUZ = new NarrowFloat(5, 2, 16, Specials.NAN_AT_MINUS_ZERO);

  /** No sign, 8 exponent bits: the powers of two from 2^-127 to 2^127. */
  public static final NarrowFloat E8M0 = new NarrowFloat(8, 0, 127, Specials.NAN_AT_TOP);

  /** 1 sign, 2 exponent, 1 mantissa bit, largest number 6. */
  public static final NarrowFloat E2M1 = new NarrowFloat(2, 1, 1, Specials.NONE);

  /**
   * The format of a dtype.
   *
   * @throws IllegalArgumentException if it is no float of at most 8 bits
   */
  public static NarrowFloat of(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT8_E4M3 -> E4M3FN;
      case FLOAT8_E5M2 -> E5M2;
      case FLOAT8_E4M3FNUZ -> E4M3FNUZ;
      case FLOAT8_E5M2FNUZ -> E5M2FNUZ;
      case FLOAT8_E8M0 -> E8M0;
      case FLOAT4_E2M1 -> E2M1;
      case INT, UINT, FLOAT, BFLOAT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is no float of at most 8 bits");
    };
  }

  /** Whether numbers have a sign and zero is one of them; not so for powers of two. */
  public boolean signed() {
    return mantissaBits > 0;
  }

  /** The sign's bit; 0 without one. */
  public int signBit() {
    return signed() ? 1 << (exponentBits + mantissaBits) : 0;
  }

  /** The bits of the largest number. */
  public int largestBits() {
    int ones = (1 << (exponentBits + mantissaBits)) - 1;
    return switch (specials) {
      case IEEE -> ones - (1 << mantissaBits);
      case NAN_AT_TOP -> ones - 1;
      case NAN_AT_MINUS_ZERO, NONE -> ones;
    };
  }

  /** The largest number. */
  public float largest() {
    return decode(largestBits());
  }

  /**
   * The bits of (positive) NaN. Where there is none it is minus zero's: so says ONNX's reference
   * implementation, though not the table of its documentation.
   */
  public int nanBits() {
    int ones = (1 << (exponentBits + mantissaBits)) - 1;
    return switch (specials) {
      case IEEE, NAN_AT_TOP -> ones;
      case NAN_AT_MINUS_ZERO, NONE -> signBit();
    };
  }

  /** What stands for numbers that are too large and don't saturate, without the sign. */
  public int overflowBits() {
    return switch (specials) {
      case IEEE -> largestBits() + 1;
      case NAN_AT_TOP, NAN_AT_MINUS_ZERO -> nanBits();
      case NONE -> largestBits();
    };
  }

  /** The value of a bit pattern. Exact. */
  public float decode(int pattern) {
    int sign = (pattern & signBit()) != 0 ? -1 : 1;
    int magnitude = pattern & ((1 << (exponentBits + mantissaBits)) - 1);
    if (specials == Specials.NAN_AT_MINUS_ZERO && magnitude == 0 && sign < 0) {
      return Float.NaN;
    }
    if (magnitude > largestBits()) {
      return specials == Specials.IEEE && magnitude == largestBits() + 1
          ? sign * Float.POSITIVE_INFINITY
          : Float.NaN;
    }
    if (!signed()) {
      return Math.scalb(1f, magnitude - bias);
    }
    int exponent = magnitude >>> mantissaBits;
    float fraction = (float) (magnitude & ((1 << mantissaBits) - 1)) / (1 << mantissaBits);
    float value =
        exponent == 0 ? Math.scalb(fraction, 1 - bias) : Math.scalb(1 + fraction, exponent - bias);
    return sign < 0 ? -value : value;
  }

  /**
   * The nearest number's bits, ties to even (of powers of two the larger).
   *
   * @param saturate whether numbers that are too large, and infinity, become the largest one (in
   *     all formats, as ONNX's reference implementation has it); else they become infinity, or NaN
   *     where there is none
   */
  public int encode(float value, boolean saturate) {
    if (Float.isNaN(value)) {
      return (Float.floatToRawIntBits(value) < 0 ? signBit() : 0) | nanBits();
    }
    if (!signed()) {
      return encodePower(value, saturate);
    }
    int sign = Float.floatToRawIntBits(value) < 0 ? signBit() : 0;
    double magnitude = Math.abs((double) value);
    int exponent = magnitude == 0 ? 1 - bias : Math.max(Math.getExponent(magnitude), 1 - bias);
    double unit = Math.scalb(1.0, exponent - mantissaBits);
    double rounded = Math.rint(magnitude / unit) * unit;
    if (rounded > largest()) {
      return saturate ? sign | largestBits() : sign | overflowBits();
    }
    if (rounded == 0) {
      return specials == Specials.NAN_AT_MINUS_ZERO ? 0 : sign;
    }
    int finalExponent = Math.getExponent(rounded);
    if (finalExponent < 1 - bias) {
      return sign | (int) (rounded / Math.scalb(1.0, 1 - bias - mantissaBits));
    }
    int mantissa =
        (int) Math.round((rounded / Math.scalb(1.0, finalExponent) - 1) * (1 << mantissaBits));
    return sign | (finalExponent + bias) << mantissaBits | mantissa;
  }

  /** The nearest power of two; the sign does not count. */
  private int encodePower(float value, boolean saturate) {
    double magnitude = Math.abs((double) value);
    if (magnitude < Math.scalb(1.0, -bias)) {
      return saturate ? 0 : nanBits();
    }
    if (Double.isInfinite(magnitude)) {
      return saturate ? largestBits() : overflowBits();
    }
    int exponent = Math.getExponent(magnitude);
    int power = magnitude >= Math.scalb(1.5, exponent) ? exponent + 1 : exponent;
    int bits = power + bias;
    return bits <= largestBits() ? bits : saturate ? largestBits() : overflowBits();
  }
}
