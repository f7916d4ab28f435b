package dev.weft.frontend.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PicturePreprocessingTest {
  private static Picture noise(int width, int height) {
    Random random = new Random(31L * width + height);
    float[][] values = new float[3][width * height];
    for (float[] channel : values) {
      for (int i = 0; i < channel.length; i++) {
        channel[i] = random.nextInt(256);
      }
    }
    return new Picture(width, height, values);
  }

  /**
   * One pixel as the triangle filter has it: each source pixel counts by how near its middle is to
   * the target's, over twice the ratio of sizes where the picture shrinks.
   */
  private static double pixel(float[] plane, int width, int height, int x, int y, int w, int h) {
    double sum = 0;
    double weights = 0;
    double across = Math.max(1, (double) width / w);
    double down = Math.max(1, (double) height / h);
    double middleX = (x + 0.5) * width / w - 0.5;
    double middleY = (y + 0.5) * height / h - 0.5;
    for (int j = 0; j < height; j++) {
      for (int i = 0; i < width; i++) {
        double weight =
            Math.max(0, 1 - Math.abs(i - middleX) / across)
                * Math.max(0, 1 - Math.abs(j - middleY) / down);
        sum += weight * plane[j * width + i];
        weights += weight;
      }
    }
    return sum / weights;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 500", "225, 223", "224, 224", "401, 97", "7, 5"})
  void imagenetOnOddSizes(int width, int height) {
    Picture picture = noise(width, height);
    Picture prepared = PicturePreprocessing.IMAGENET.apply(picture);
    assertThat(prepared.width()).isEqualTo(224);
    assertThat(prepared.height()).isEqualTo(224);
    double[] mean = {0.485, 0.456, 0.406};
    double[] deviation = {0.229, 0.224, 0.225};
    Random random = new Random(1);
    for (int i = 0; i < 40; i++) {
      int x = random.nextInt(224);
      int y = random.nextInt(224);
      int c = random.nextInt(3);
      double value = pixel(picture.values()[c], width, height, x, y, 224, 224);
      assertThat(prepared.values()[c][y * 224 + x])
          .as("%d, %d of channel %d", x, y, c)
          .isCloseTo((float) ((value / 255 - mean[c]) / deviation[c]), within(2e-3f));
    }
  }

  @Test
  void oneNumberServesAllChannels() {
    PicturePreprocessing steps =
        PicturePreprocessing.NONE.withScale(2).withMean(List.of(10.0)).withDeviation(List.of(4.0));
    Picture prepared = steps.apply(new Picture(1, 1, new float[][] {{5}, {7}, {9}}));
    assertThat(prepared.values()).isDeepEqualTo(new float[][] {{0}, {1}, {2}});
  }

  @Test
  void anotherNumberOfChannelsIsRefused() {
    assertThatThrownBy(
            () -> PicturePreprocessing.IMAGENET.apply(new Picture(1, 1, new float[][] {{5}})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 means for 1 channels");
    assertThatThrownBy(() -> PicturePreprocessing.UNIT.withDeviation(List.of(0.0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
