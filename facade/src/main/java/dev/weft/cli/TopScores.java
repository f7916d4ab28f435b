package dev.weft.cli;

import dev.weft.base.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The largest values of a classifier's output along its last dimension. */
final class TopScores {
  /**
   * One of them.
   *
   * @param row which of the output's rows, from 0
   * @param index the class
   * @param score the value there
   */
  record Score(long row, int index, double score) {}

  private TopScores() {}

  /** The {@code count} largest of each row as they are. */
  static List<Score> of(Tensor output, int count) {
    return of(output, count, Postprocess.NONE);
  }

  /**
   * The {@code count} largest of each row, the largest first; of equals the first comes first.
   *
   * @param postprocess what is done to each row first
   */
  static List<Score> of(Tensor output, int count, Postprocess postprocess) {
    long[] shape = output.shape();
    int classes = shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
    List<Score> scores = new ArrayList<>();
    for (long row = 0; row < (classes == 0 ? 0 : output.elements() / classes); row++) {
      long start = row * classes;
      long current = row;
      double[] values =
          postprocess.apply(
              IntStream.range(0, classes).mapToDouble(i -> output.getDouble(start + i)).toArray());
      IntStream.range(0, classes)
          .mapToObj(i -> new Score(current, i, values[i]))
          .sorted(Comparator.comparingDouble(Score::score).reversed())
          .limit(count)
          .forEach(scores::add);
    }
    return scores;
  }
}
