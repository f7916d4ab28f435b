package dev.weft.examples.digits;

/** What logits say: the digit, how many are right, how far two engines differ. */
final class Score {

  private Score() {}

  /** The digit with the largest logit. */
  static int digit(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** How many of the logits name their sample's digit. */
  static int correct(float[][] logits, Samples samples) {
    int correct = 0;
    for (int i = 0; i < logits.length; i++) {
      if (digit(logits[i]) == samples.labels()[i]) {
        correct++;
      }
    }
    return correct;
  }

  /** The largest difference between two engines' logits. */
  static double largestDifference(float[][] a, float[][] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        largest = Math.max(largest, Math.abs((double) a[i][j] - b[i][j]));
      }
    }
    return largest;
  }
}
