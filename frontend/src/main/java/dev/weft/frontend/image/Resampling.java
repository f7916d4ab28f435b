package dev.weft.frontend.image;

/**
 * The weights of resampling along one axis with a triangle filter that is widened where the picture
 * shrinks, so that every source pixel counts.
 *
 * @param first for each target pixel the first source pixel that counts
 * @param weights for each target pixel the weights of those that count; they add up to 1
 */
@SuppressWarnings("ArrayRecordComponent") // Internal; never compared.
record Resampling(int[] first, float[][] weights) {
  static Resampling of(int from, int to) {
    double scale = (double) from / to;
    double reach = Math.max(1, scale);
    int[] first = new int[to];
    float[][] weights = new float[to][];
    for (int i = 0; i < to; i++) {
      double center = (i + 0.5) * scale;
      int begin = (int) Math.max(0, Math.floor(center - reach));
      int end = (int) Math.min(from, Math.ceil(center + reach));
      double[] raw = new double[end - begin];
      double sum = 0;
      for (int j = 0; j < raw.length; j++) {
        raw[j] = Math.max(0, 1 - Math.abs(begin + j + 0.5 - center) / reach);
        sum += raw[j];
      }
      first[i] = begin;
      weights[i] = new float[raw.length];
      for (int j = 0; j < raw.length; j++) {
        weights[i][j] = (float) (raw[j] / sum);
      }
    }
    return new Resampling(first, weights);
  }

  /**
   * Resamples many lines.
   *
   * @param lines how many lines there are
   * @param sourceLine distance from line to line in the source
   * @param sourceStep distance from pixel to pixel of a line in the source
   * @param targetLine distance from line to line in the result
   * @param targetStep distance from pixel to pixel of a line in the result
   */
  float[] apply(
      float[] source, int lines, int sourceLine, int sourceStep, int targetLine, int targetStep) {
    float[] result = new float[lines * first.length];
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < first.length; i++) {
        float sum = 0;
        for (int j = 0; j < weights[i].length; j++) {
          sum += weights[i][j] * source[line * sourceLine + (first[i] + j) * sourceStep];
        }
        result[line * targetLine + i * targetStep] = sum;
      }
    }
    return result;
  }
}
