package dev.weft.cli;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.image.Picture;
import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.frontend.image.PicturePreprocessing.Size;
import dev.weft.frontend.tensor.TensorFiles;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads a model's input from a tensor file or a picture, told apart by the file name's ending. */
final class InputReader {
  private static final List<String> PICTURES = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  private final PicturePreprocessing steps;
  private final boolean fitsInput;
  private final PictureLayout.@Nullable Order order;

  /** For pictures that become inputs by certain steps. */
  InputReader(PicturePreprocessing steps) {
    this(steps, true, null);
  }

  /**
   * @param fitsInput whether the input's size, where it has one, comes before the steps'
   * @param order how pixels lie; null to tell it from the input's shape
   */
  InputReader(PicturePreprocessing steps, boolean fitsInput, PictureLayout.@Nullable Order order) {
    this.steps = steps;
    this.fitsInput = fitsInput;
    this.order = order;
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
    return tensor(Picture.read(Path.of(source)), PictureLayout.of(input, order), input, source);
  }

  private Tensor tensor(Picture read, PictureLayout layout, TensorSpec input, String source) {
    int channels = layout.channels();
    PicturePreprocessing own = steps;
    Size size = steps.resize();
    if (fitsInput && size != null) {
      int ownWidth = layout.width().orElse(size.width());
      own = steps.withResize(new Size(ownWidth, layout.height().orElse(size.height())));
    }
    DType dtype = input.dtype();
    if (own.changesValues() && !dtype.isFloat()) {
      throw new InputException(
          "the input '" + input.name() + "' takes " + dtype + ", pixel values as they are",
          source,
          "leave --preprocess, --scale, --mean and --std out");
    }
    Picture picture;
    try {
      picture = own.apply(channels == 1 ? read.grey() : read.rgb());
    } catch (IllegalArgumentException e) {
      throw new InputException(
          String.valueOf(e.getMessage()), source, "give --mean and --std one number a channel", e);
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
          "scale it, or use --resize");
    }
    Tensor tensor = Tensor.allocate(dtype, layout.shape(width, height));
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < width * height; i++) {
        float value = picture.values()[c][i];
        long position =
            layout.channelsFirst() ? (long) c * width * height + i : (long) i * channels + c;
        tensor.setDouble(position, dtype.isFloat() ? value : Math.round(value));
      }
    }
    return tensor;
  }
}
