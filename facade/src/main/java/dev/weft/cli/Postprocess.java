package dev.weft.cli;

import java.util.Arrays;

/** What is done to a classifier's scores before they are printed. */
enum Postprocess {
  /** Nothing. */
  NONE,
  /** They become probabilities: exp(x) over the sum of all, without overflow. */
  SOFTMAX;

  /** The scores of one row afterwards. */
  double[] apply(double[] row) {
    return switch (this) {
      case NONE -> row;
      case SOFTMAX -> {
        double most = Arrays.stream(row).max().orElse(0);
        double[] powers = Arrays.stream(row).map(x -> Math.exp(x - most)).toArray();
        double sum = Arrays.stream(powers).sum();
        yield Arrays.stream(powers).map(x -> x / sum).toArray();
      }
    };
  }
}
