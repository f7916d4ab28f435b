package dev.weft.frontend.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a picture before a network gets it: {@code (pixel * scale - mean) / deviation}
 * after a change of size.
 *
 * @param resize the size to scale to, whatever the picture's proportions; null leaves it
 * @param scale what pixel values from 0 to 255 are multiplied by
 * @param mean what is taken off, one number for all channels or one a channel
 * @param deviation what is divided by, likewise
 */
public record PicturePreprocessing(
    @Nullable Size resize, double scale, List<Double> mean, List<Double> deviation) {
  /**
   * A size in pixels.
   *
   * @param width at least 1
   * @param height at least 1
   */
  public record Size(int width, int height) {
    /** Refuses what is no size. */
    public Size {
      if (width < 1 || height < 1) {
        throw new IllegalArgumentException(
            "a picture's width and height are at least 1, got " + width + " x " + height);
      }
    }
  }

  /** Pixel values as they are. */
  public static final PicturePreprocessing NONE =
      new PicturePreprocessing(null, 1, List.of(0.0), List.of(1.0));

  /** Pixel values from 0 to 1. */
  public static final PicturePreprocessing UNIT =
      new PicturePreprocessing(null, 1.0 / 255, List.of(0.0), List.of(1.0));

  /**
   * What networks trained on ImageNet take: 224 x 224, from 0 to 1, less the data set's mean of
   * red, green and blue, over its standard deviation.
   */
  public static final PicturePreprocessing IMAGENET =
      new PicturePreprocessing(
          new Size(224, 224),
          1.0 / 255,
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225));

  /** Copies the lists; refuses deviations of 0. */
  public PicturePreprocessing {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.isEmpty() || deviation.isEmpty() || deviation.contains(0.0)) {
      throw new IllegalArgumentException(
          "there must be a mean and a deviation that is not 0, got " + mean + " and " + deviation);
    }
  }

  /** The same with another size. */
  public PicturePreprocessing withResize(@Nullable Size size) {
    return new PicturePreprocessing(size, scale, mean, deviation);
  }

  /** The same with another factor. */
  public PicturePreprocessing withScale(double factor) {
    return new PicturePreprocessing(resize, factor, mean, deviation);
  }

  /** The same with another mean. */
  public PicturePreprocessing withMean(List<Double> means) {
    return new PicturePreprocessing(resize, scale, means, deviation);
  }

  /** The same with another standard deviation. */
  public PicturePreprocessing withDeviation(List<Double> deviations) {
    return new PicturePreprocessing(resize, scale, mean, deviations);
  }

  /** Whether pixel values change. */
  public boolean changesValues() {
    return scale != 1
        || mean.stream().anyMatch(value -> value != 0)
        || deviation.stream().anyMatch(value -> value != 1);
  }

  /**
   * The picture as the network gets it.
   *
   * @throws IllegalArgumentException if there are means or deviations for another number of
   *     channels
   */
  public Picture apply(Picture picture) {
    Picture sized = resize == null ? picture : picture.scaled(resize.width(), resize.height());
    if (!changesValues()) {
      return sized;
    }
    float[][] values = new float[sized.channels()][];
    for (int c = 0; c < values.length; c++) {
      double less = of(mean, c, values.length, "means");
      double over = of(deviation, c, values.length, "deviations");
      values[c] = sized.values()[c].clone();
      for (int i = 0; i < values[c].length; i++) {
        values[c][i] = (float) ((values[c][i] * scale - less) / over);
      }
    }
    return new Picture(sized.width(), sized.height(), values);
  }

  private static double of(List<Double> numbers, int channel, int channels, String what) {
    if (numbers.size() != 1 && numbers.size() != channels) {
      throw new IllegalArgumentException(
          "there are " + numbers.size() + " " + what + " for " + channels + " channels");
    }
    return numbers.get(numbers.size() == 1 ? 0 : channel);
  }
}
