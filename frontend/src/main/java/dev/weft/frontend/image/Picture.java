package dev.weft.frontend.image;

import dev.weft.base.InputException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A picture: {@code values[channel][y * width + x]} from 0 to 255; one channel is grey, three are
 * red, green and blue. Transparency is dropped.
 *
 * @param width in pixels
 * @param height in pixels
 * @param values the channels
 */
@SuppressWarnings("ArrayRecordComponent") // Pixels; nobody compares pictures.
public record Picture(int width, int height, float[][] values) {
  /**
   * Reads a PNG, JPEG, GIF or BMP file. Grey files are read as they are, without conversion between
   * colour spaces.
   *
   * @throws InputException if there is no such file or it is no picture
   */
  public static Picture read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException("there is no such file", file.toString(), "check the path");
    }
    BufferedImage image;
    // A decoder's RuntimeException (damaged chunks, impossible sizes) is bad input all the same.
    try (InputStream in = Files.newInputStream(file)) {
      ImageIO.setUseCache(false);
      image = ImageIO.read(in);
    } catch (IOException | RuntimeException e) {
      throw unreadable(file, e);
    }
    if (image == null) {
      throw unreadable(file, null);
    }
    return of(image);
  }

  private static InputException unreadable(
      Path file, @org.jspecify.annotations.Nullable Exception cause) {
    return new InputException(
        "the file is no picture that can be read",
        file.toString(),
        "give a whole PNG or JPEG file",
        cause);
  }

  private static Picture of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    int depth = raster.getSampleModel().getSampleSize(0);
    boolean grey =
        raster.getNumBands() <= 2
            && !(image.getColorModel() instanceof java.awt.image.IndexColorModel)
            && (depth == 8 || raster.getDataBuffer().getDataType() == DataBuffer.TYPE_USHORT);
    if (grey) {
      float[] samples = raster.getSamples(0, 0, width, height, 0, new float[width * height]);
      float scale = 255f / ((1 << depth) - 1);
      for (int i = 0; i < samples.length; i++) {
        samples[i] *= scale;
      }
      return new Picture(width, height, new float[][] {samples});
    }
    int[] pixels = image.getRGB(0, 0, width, height, new int[width * height], 0, width);
    float[][] values = new float[3][pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      values[0][i] = pixels[i] >> 16 & 0xFF;
      values[1][i] = pixels[i] >> 8 & 0xFF;
      values[2][i] = pixels[i] & 0xFF;
    }
    return new Picture(width, height, values);
  }

  /** Number of channels: 1 or 3. */
  public int channels() {
    return values.length;
  }

  /** In one channel; colours are weighted as in ITU-R BT.601. */
  public Picture grey() {
    if (channels() == 1) {
      return this;
    }
    float[] grey = new float[width * height];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = 0.299f * values[0][i] + 0.587f * values[1][i] + 0.114f * values[2][i];
    }
    return new Picture(width, height, new float[][] {grey});
  }

  /** In three channels. */
  public Picture rgb() {
    return channels() == 3
        ? this
        : new Picture(width, height, new float[][] {values[0], values[0], values[0]});
  }

  /** At another size: bilinear, averaging over all that a pixel covers where it shrinks. */
  public Picture scaled(int newWidth, int newHeight) {
    Resampling across = Resampling.of(width, newWidth);
    Resampling down = Resampling.of(height, newHeight);
    float[][] result = new float[channels()][];
    for (int c = 0; c < channels(); c++) {
      float[] wide = across.apply(values[c], height, width, 1, newWidth, 1);
      result[c] = down.apply(wide, newWidth, 1, newWidth, 1, newWidth);
    }
    return new Picture(newWidth, newHeight, result);
  }

  /** The middle of it; no larger than the picture. */
  public Picture middle(int newWidth, int newHeight) {
    if (newWidth > width || newHeight > height) {
      throw new IllegalArgumentException(
          "the middle " + newWidth + " x " + newHeight + " of " + width + " x " + height);
    }
    int left = (width - newWidth) / 2;
    int top = (height - newHeight) / 2;
    float[][] result = new float[channels()][newWidth * newHeight];
    for (int c = 0; c < channels(); c++) {
      for (int y = 0; y < newHeight; y++) {
        System.arraycopy(values[c], (top + y) * width + left, result[c], y * newWidth, newWidth);
      }
    }
    return new Picture(newWidth, newHeight, result);
  }
}
