package dev.weft.cli.bench;

import dev.weft.base.Tensor;
import dev.weft.base.Tolerance;
import dev.weft.graph.workload.Workload;
import java.util.stream.LongStream;

/** Checks some elements of a large result. */
public final class SampleCheck {
  private static final int SAMPLES = 256;

  private SampleCheck() {}

  /**
   * Compares elements spread over the whole result with what is right, within {@link Tolerance}.
   *
   * @return what is wrong with the first that differs; empty if all agree
   */
  public static String firstDifference(Tensor result, Workload workload) {
    long elements = result.elements();
    long[] positions =
        LongStream.range(0, Math.min(SAMPLES, elements))
            // Both ends, and a step that falls into all residues of powers of two between them.
            .map(
                i -> elements <= SAMPLES ? i : i == SAMPLES - 1 ? elements - 1 : i * step(elements))
            .toArray();
    double[] expected = new double[positions.length];
    double magnitude = 0;
    for (int i = 0; i < positions.length; i++) {
      expected[i] = workload.reference().at(positions[i]);
      magnitude = Math.max(magnitude, Math.abs(expected[i]));
    }
    Tolerance tolerance = Tolerance.of(result.dtype(), workload.terms(), magnitude);
    for (int i = 0; i < positions.length; i++) {
      double actual = result.getDouble(positions[i]);
      if (!tolerance.accepts(actual, expected[i])) {
        return "element " + positions[i] + " is " + actual + " instead of " + expected[i];
      }
    }
    return "";
  }

  private static long step(long elements) {
    long step = Math.max(1, (elements - 1) / SAMPLES);
    return step % 2 == 0 ? step - 1 : step;
  }
}
