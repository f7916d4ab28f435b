package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import org.junit.jupiter.api.Test;

class TopScoresTest {
  @Test
  void largestFirstAndOfEqualsTheFirst() {
    try (Tensor tensor = Tensor.of(new float[] {1, 5, 3, 5}, 4)) {
      assertThat(TopScores.of(tensor, 3))
          .extracting(TopScores.Score::index)
          .containsExactly(1, 3, 2);
    }
  }

  @Test
  void eachRowForItself() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2, 4, 3}, 2, 2)) {
      assertThat(TopScores.of(tensor, 1))
          .containsExactly(new TopScores.Score(0, 1, 2), new TopScores.Score(1, 0, 4));
    }
  }

  @Test
  void moreThanThereAre() {
    try (Tensor tensor = Tensor.of(new float[] {1, 2}, 1, 2);
        Tensor empty = Tensor.allocate(DType.FLOAT32, 0)) {
      assertThat(TopScores.of(tensor, 9)).hasSize(2);
      assertThat(TopScores.of(empty, 9)).isEmpty();
    }
  }
}
