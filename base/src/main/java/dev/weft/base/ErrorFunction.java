package dev.weft.base;

/** The error function {@code erf(x) = 2/√π ∫₀ˣ exp(−t²) dt}, which Java's library lacks. */
public final class ErrorFunction {
  private ErrorFunction() {}

  /**
   * The value to about 1e-15: its Maclaurin series up to 2, beyond that the continued fraction of
   * erfc (Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.6 and 7.1.14).
   */
  public static double erf(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    double result;
    if (a < 2) {
      double term = a;
      double sum = a;
      for (int n = 1; Math.abs(term) > 1e-17 * sum; n++) {
        term *= 2 * a * a / (2 * n + 1);
        sum += term;
      }
      result = 2 / Math.sqrt(Math.PI) * StrictMath.exp(-a * a) * sum;
    } else if (a > 6) {
      result = 1;
    } else {
      double fraction = 0;
      for (int n = 60; n >= 1; n--) {
        fraction = n / 2.0 / (a + fraction);
      }
      result = 1 - StrictMath.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
    }
    return StrictMath.copySign(result, x);
  }
}
