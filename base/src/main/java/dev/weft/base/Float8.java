package dev.weft.base;

/**
 * Conversions of the OCP 8-bit floating-point formats ("OCP 8-bit Floating Point Specification",
 * revision 1.0): E4M3 (bias 7, no infinity, NaN is {@code S.1111.111}) and E5M2 (bias 15, IEEE
 * style). Rounding is to nearest, ties to even; values beyond the range saturate to the largest
 * finite number in E4M3 ("fn", as ONNX's and CUDA's default conversion) and become infinite in
 * E5M2.
 */
public final class Float8 {
  private Float8() {}

  /** The value of an E4M3 byte. Exact. */
  public static float e4m3ToFloat(byte bits) {
    return toFloat(bits & 0xFF, 3, 7, false);
  }

  /** The value of an E5M2 byte. Exact. */
  public static float e5m2ToFloat(byte bits) {
    return toFloat(bits & 0xFF, 2, 15, true);
  }

  /** The nearest E4M3; saturates to ±448, NaN to NaN. */
  public static byte floatToE4m3(float value) {
    return fromFloat(value, 3, 7, 448f, false);
  }

  /** The nearest E5M2; overflows to ±infinity, NaN to NaN. */
  public static byte floatToE5m2(float value) {
    return fromFloat(value, 2, 15, 57344f, true);
  }

  private static float toFloat(int bits, int mantissaBits, int bias, boolean ieee) {
    int sign = (bits & 0x80) != 0 ? -1 : 1;
    int exponent = (bits & 0x7F) >>> mantissaBits;
    int mantissa = bits & ((1 << mantissaBits) - 1);
    int maxExponent = (1 << (7 - mantissaBits)) - 1;
    if (ieee && exponent == maxExponent) {
      return mantissa == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    if (!ieee && (bits & 0x7F) == 0x7F) {
      return Float.NaN;
    }
    float fraction = (float) mantissa / (1 << mantissaBits);
    float magnitude =
        exponent == 0 ? Math.scalb(fraction, 1 - bias) : Math.scalb(1 + fraction, exponent - bias);
    return sign < 0 ? -magnitude : magnitude;
  }

  private static byte fromFloat(
      float value, int mantissaBits, int bias, float largest, boolean ieee) {
    int sign = Float.floatToRawIntBits(value) < 0 ? 0x80 : 0;
    int exponentField = (1 << (7 - mantissaBits)) - 1;
    if (Float.isNaN(value)) {
      return (byte) (sign | 0x7F);
    }
    double magnitude = Math.abs((double) value);
    int overflow = ieee ? exponentField << mantissaBits : 0x7E;
    int exponent = magnitude == 0 ? 1 - bias : Math.max(Math.getExponent(magnitude), 1 - bias);
    double unit = Math.scalb(1.0, exponent - mantissaBits);
    double rounded = Math.rint(magnitude / unit) * unit;
    if (rounded > largest) {
      return (byte) (sign | overflow);
    }
    if (rounded == 0) {
      return (byte) sign;
    }
    int finalExponent = Math.getExponent(rounded);
    if (finalExponent < 1 - bias) {
      return (byte) (sign | (int) (rounded / Math.scalb(1.0, 1 - bias - mantissaBits)));
    }
    int mantissa =
        (int) Math.round((rounded / Math.scalb(1.0, finalExponent) - 1) * (1 << mantissaBits));
    return (byte) (sign | (finalExponent + bias) << mantissaBits | mantissa);
  }
}
