package dev.weft.examples.digits;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * A picture as the network takes it: white digit on black.
 *
 * @param pixels f32 [28, 28], row by row from the top; 0 is black, 1 is white; every value is a
 *     whole number of 255ths, so that an 8-bit grey PNG holds the picture exactly
 */
record Picture(float[] pixels) {

  /** Width and height, in pixels. */
  static final int SIZE = 28;

  /** Pixels of a picture. */
  static final int PIXELS = SIZE * SIZE;

  /** Rounds each value to the nearest 255th, clamped to 0 … 1. */
  static Picture quantised(float[] values) {
    float[] pixels = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      pixels[i] = Math.round(Math.clamp(values[i], 0f, 1f) * 255f) / 255f;
    }
    return new Picture(pixels);
  }

  /**
   * Reads a 28×28 grey picture: first band, divided by 255.
   *
   * <p>It reads the raster, not {@code getRGB}, which would take grey values for linear light and
   * change them.
   */
  static Picture read(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null || image.getWidth() != SIZE || image.getHeight() != SIZE) {
      throw new IOException(file + ": not a " + SIZE + "x" + SIZE + " picture");
    }
    Raster raster = image.getRaster();
    float[] pixels = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      pixels[i] = raster.getSample(i % SIZE, i / SIZE, 0) / 255f;
    }
    return new Picture(pixels);
  }

  /** Writes an 8-bit grey PNG. */
  void writePng(Path file) throws IOException {
    var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < PIXELS; i++) {
      image.getRaster().setSample(i % SIZE, i / SIZE, 0, Math.round(pixels[i] * 255f));
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
