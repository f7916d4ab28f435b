package dev.weft.cli;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.image.Picture;
import dev.weft.frontend.tensor.TensorFiles;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Reads a model's input from a tensor file or a picture, told apart by the file name's ending. */
final class InputReader {
  private static final List<String> PICTURES = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  /** Mean and standard deviation of ImageNet's red, green and blue, of values from 0 to 1. */
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};

  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  /** What networks trained on ImageNet take, and the shorter side that it is cut out of. */
  private static final int IMAGENET_SIZE = 224;

  private static final int IMAGENET_SIDE = 256;

  private final Preprocess preprocess;

  InputReader(Preprocess preprocess) {
    this.preprocess = preprocess;
  }

  /**
   * The tensor for an input; the caller closes it.
   *
   * @throws InputException if the file can't be read, or the picture does not fit the input
   */
  Tensor read(String source, TensorSpec input) {
    String name = source.toLowerCase(Locale.ROOT);
    if (PICTURES.stream().noneMatch(name::endsWith)) {
      return TensorFiles.read(Path.of(source));
    }
    return tensor(Picture.read(Path.of(source)), PictureLayout.of(input), input, source);
  }

  private Tensor tensor(Picture read, PictureLayout layout, TensorSpec input, String source) {
    int channels = layout.channels();
    Picture picture = channels == 1 ? read.grey() : read.rgb();
    if (preprocess == Preprocess.IMAGENET) {
      int width = layout.width().orElse(IMAGENET_SIZE);
      int height = layout.height().orElse(IMAGENET_SIZE);
      picture = cutOut(picture, width, height);
    }
    int width = picture.width();
    int height = picture.height();
    if (layout.width().orElse(width) != width || layout.height().orElse(height) != height) {
      throw new InputException(
          "the picture is "
              + width
              + " x "
              + height
              + " pixels, the input '"
              + input.name()
              + "' takes "
              + layout.width().orElse(width)
              + " x "
              + layout.height().orElse(height),
          source,
          "scale it, or use --preprocess imagenet");
    }
    DType dtype = input.dtype();
    if (preprocess != Preprocess.NONE && !dtype.isFloat()) {
      throw new InputException(
          "the input '" + input.name() + "' takes " + dtype + ", pixel values as they are",
          source,
          "leave --preprocess out");
    }
    Tensor tensor = Tensor.allocate(dtype, layout.shape(width, height));
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < width * height; i++) {
        float value = normalised(picture.values()[c][i], c);
        long position =
            layout.channelsFirst() ? (long) c * width * height + i : (long) i * channels + c;
        tensor.setDouble(position, dtype.isFloat() ? value : Math.round(value));
      }
    }
    return tensor;
  }

  private static Picture cutOut(Picture picture, int width, int height) {
    double margin = (double) IMAGENET_SIDE / IMAGENET_SIZE;
    double scale = Math.max(margin * width / picture.width(), margin * height / picture.height());
    int scaledWidth = Math.max(width, (int) Math.round(picture.width() * scale));
    int scaledHeight = Math.max(height, (int) Math.round(picture.height() * scale));
    return picture.scaled(scaledWidth, scaledHeight).middle(width, height);
  }

  private float normalised(float value, int channel) {
    return switch (preprocess) {
      case NONE -> value;
      case UNIT -> value / 255;
      case IMAGENET -> (value / 255 - MEAN[channel]) / DEVIATION[channel];
    };
  }
}
