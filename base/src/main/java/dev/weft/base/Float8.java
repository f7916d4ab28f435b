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
    return NarrowFloat.E4M3FN.decode(bits & 0xFF);
  }

  /** The value of an E5M2 byte. Exact. */
  public static float e5m2ToFloat(byte bits) {
    return NarrowFloat.E5M2.decode(bits & 0xFF);
  }

  /** The nearest E4M3; saturates to ±448, NaN to NaN. */
  public static byte floatToE4m3(float value) {
    return (byte) NarrowFloat.E4M3FN.encode(value, true);
  }

  /** The nearest E5M2; overflows to ±infinity, NaN to NaN. */
  public static byte floatToE5m2(float value) {
    return (byte) NarrowFloat.E5M2.encode(value, false);
  }
}
