package dev.weft.base;

/** Conversions between bfloat16 (the upper 16 bits of a binary32) and float. */
public final class Bfloat16 {
  private Bfloat16() {}

  /** The value of the 16 bits. Exact. */
  public static float toFloat(short bits) {
    return Float.intBitsToFloat((bits & 0xFFFF) << 16);
  }

  /** The nearest bfloat16, ties to even; NaN stays a (quiet) NaN. */
  public static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    int roundingBias = 0x7FFF + ((bits >>> 16) & 1);
    return (short) ((bits + roundingBias) >>> 16);
  }
}
