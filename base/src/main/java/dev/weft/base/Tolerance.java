package dev.weft.base;

/**
 * How far a result may be from the reference: {@code |actual − expected| ≤ absolute + relative ·
 * |expected|}. Integers and truth values must be equal ({@link #EXACT}).
 *
 * @param relative factor of the expected value
 * @param absolute in the values' own units
 */
public record Tolerance(double relative, double absolute) {
  /** No difference at all. */
  public static final Tolerance EXACT = new Tolerance(0, 0);

  /** Refuses negative numbers and NaN. */
  public Tolerance {
    if (!(relative >= 0) || !(absolute >= 0)) {
      throw new IllegalArgumentException(
          "Tolerance must not be negative, got " + relative + " and " + absolute);
    }
  }

  /**
   * What {@code docs/NUMERICS.md} allows for a kernel: rounding errors of a sum of {@code length}
   * terms grow like a random walk (Higham and Mary, "A New Approach to Probabilistic Rounding Error
   * Analysis", 2019), so the bound is {@code u · (8 + 4 √length)} with u the unit roundoff, taken
   * relative to the largest expected magnitude as well, since terms may cancel.
   *
   * @param dtype the result's type; arithmetic narrower than float32 is rounded to it at the end
   * @param length the number of terms that an element is a sum of; 1 for element-wise functions
   * @param magnitude the largest absolute value expected
   */
  public static Tolerance of(DType dtype, long length, double magnitude) {
    if (!dtype.isFloat()) {
      return EXACT;
    }
    double bound = unitRoundoff(dtype) * (8 + 4 * Math.sqrt((double) length));
    return new Tolerance(bound, bound * Math.max(magnitude, 1e-30));
  }

  /** Half the distance from 1 to the next number of the type. */
  public static double unitRoundoff(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT -> dtype.bits() == 64 ? 0x1p-53 : dtype.bits() == 32 ? 0x1p-24 : 0x1p-11;
      case BFLOAT -> 0x1p-8;
      case FLOAT8_E4M3, FLOAT8_E4M3FNUZ -> 0x1p-4;
      case FLOAT8_E5M2, FLOAT8_E5M2FNUZ -> 0x1p-3;
      case FLOAT4_E2M1 -> 0x1p-2;
      case FLOAT8_E8M0 -> 0x1p-1;
      case INT, UINT, BOOL, HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is not a floating-point type");
    };
  }

  /** Whether {@code actual} may stand for {@code expected}; NaN only for NaN. */
  public boolean accepts(double actual, double expected) {
    if (Double.compare(actual, expected) == 0 || actual == expected) {
      return true;
    }
    if (Double.isInfinite(expected) || Double.isNaN(expected) || Double.isNaN(actual)) {
      return false;
    }
    return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
  }
}
