package dev.weft.cli;

import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.frontend.image.PicturePreprocessing.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** How pictures become inputs. */
final class PictureOptions {
  /** Sets of the other options that have a name. */
  enum Preset {
    /** Pixel values 0 to 255 as they are. */
    NONE,
    /** Pixel values from 0 to 1. */
    UNIT,
    /** What networks trained on ImageNet take. */
    IMAGENET;

    PicturePreprocessing steps() {
      return switch (this) {
        case NONE -> PicturePreprocessing.NONE;
        case UNIT -> PicturePreprocessing.UNIT;
        case IMAGENET -> PicturePreprocessing.IMAGENET;
      };
    }
  }

  /** Reads {@code 224} or {@code 320x240}. */
  static final class SizeConverter implements CommandLine.ITypeConverter<Size> {
    @Override
    public Size convert(String text) {
      String[] parts = text.split("x", -1);
      try {
        if (parts.length <= 2) {
          int width = Integer.parseInt(parts[0]);
          return new Size(width, parts.length == 1 ? width : Integer.parseInt(parts[1]));
        }
      } catch (IllegalArgumentException e) {
        // Said below.
      }
      throw new CommandLine.TypeConversionException(
          "'" + text + "' is no size: give 224, or width x height as in 320x240");
    }
  }

  @Option(
      names = "--preprocess",
      paramLabel = "HOW",
      defaultValue = "none",
      description =
          "Of pictures: none (values 0 to 255), unit (0 to 1), imagenet (scaled to the input's"
              + " size, 224 x 224 where that is open, 0 to 1, less ImageNet's mean, over its"
              + " deviation); default ${DEFAULT-VALUE}. The options that follow change it.")
  private Preset preset = Preset.NONE;

  @Option(
      names = "--resize",
      paramLabel = "N|WxH",
      converter = SizeConverter.class,
      description = "Scale pictures to this size.")
  private @Nullable Size resize;

  @Option(
      names = "--layout",
      paramLabel = "NCHW|NHWC",
      description = "How pixels lie in the input, where its shape leaves that open.")
  private PictureLayout.@Nullable Order order;

  @Option(names = "--scale", paramLabel = "F", description = "Multiply pixel values by this.")
  private @Nullable Double scale;

  @Option(
      names = "--mean",
      paramLabel = "M[,M,M]",
      split = ",",
      description = "Take this off then, one number or one a channel.")
  private List<Double> mean = List.of();

  @Option(
      names = "--std",
      paramLabel = "S[,S,S]",
      split = ",",
      description = "Divide by this then, one number or one a channel.")
  private List<Double> deviation = List.of();

  /** What reads inputs so. */
  InputReader reader() {
    PicturePreprocessing steps = preset.steps();
    if (resize != null) {
      steps = steps.withResize(resize);
    }
    if (scale != null) {
      steps = steps.withScale(scale);
    }
    if (!mean.isEmpty()) {
      steps = steps.withMean(mean);
    }
    if (!deviation.isEmpty()) {
      steps = steps.withDeviation(deviation);
    }
    // A preset's size gives way to the input's, one that was asked for does not.
    return new InputReader(steps, resize == null, order);
  }
}
