package dev.weft.base;

import java.util.Arrays;
import java.util.Locale;

/**
 * How two tensors differ.
 *
 * @param elements how many elements were compared
 * @param mismatches how many of them the tolerance does not accept
 * @param firstMismatch flat position of the first of these; −1 for none
 * @param maxAbsolute the largest absolute difference of finite elements
 * @param maxRelative the largest difference relative to the expected value, where that is not 0
 * @param report one line for people
 */
public record TensorComparison(
    long elements,
    long mismatches,
    long firstMismatch,
    double maxAbsolute,
    double maxRelative,
    String report) {
  /**
   * Compares element by element.
   *
   * @throws IllegalArgumentException if dtypes or shapes differ
   */
  public static TensorComparison of(Tensor actual, Tensor expected, Tolerance tolerance) {
    if (!actual.dtype().equals(expected.dtype())
        || !Arrays.equals(actual.shape(), expected.shape())) {
      throw new IllegalArgumentException("the result is " + actual + ", the reference " + expected);
    }
    long elements = actual.elements();
    long mismatches = 0;
    long first = -1;
    double maxAbsolute = 0;
    double maxRelative = 0;
    boolean floating = actual.dtype().isFloat();
    for (long i = 0; i < elements; i++) {
      double a = actual.getDouble(i);
      double e = expected.getDouble(i);
      boolean accepted =
          floating
              ? tolerance.accepts(a, e)
              : actual.getLong(i) == expected.getLong(i) || tolerance.accepts(a, e);
      if (!accepted) {
        mismatches++;
        first = first < 0 ? i : first;
      }
      double difference = Math.abs(a - e);
      if (Double.isFinite(difference)) {
        maxAbsolute = Math.max(maxAbsolute, difference);
        maxRelative = e == 0 ? maxRelative : Math.max(maxRelative, difference / Math.abs(e));
      }
    }
    String report =
        mismatches == 0
            ? String.format(
                Locale.ROOT, "%d elements agree, largest difference %.3g", elements, maxAbsolute)
            : String.format(
                Locale.ROOT,
                "%d of %d elements differ, first at %s: %s instead of %s",
                mismatches,
                elements,
                Arrays.toString(position(first, actual.shape())),
                actual.getDouble(first),
                expected.getDouble(first));
    return new TensorComparison(elements, mismatches, first, maxAbsolute, maxRelative, report);
  }

  /** The largest finite magnitude in a tensor; 0 for an empty one. */
  public static double magnitude(Tensor tensor) {
    double largest = 0;
    for (long i = 0; i < tensor.elements(); i++) {
      double value = Math.abs(tensor.getDouble(i));
      largest = Double.isFinite(value) ? Math.max(largest, value) : largest;
    }
    return largest;
  }

  private static long[] position(long flat, long[] shape) {
    long[] position = new long[shape.length];
    long rest = flat;
    for (int i = shape.length - 1; i >= 0; i--) {
      position[i] = rest % shape[i];
      rest /= shape[i];
    }
    return position;
  }

  /** Whether every element was accepted. */
  public boolean agrees() {
    return mismatches == 0;
  }
}
