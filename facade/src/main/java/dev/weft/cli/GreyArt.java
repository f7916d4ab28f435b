package dev.weft.cli;

import dev.weft.base.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A grey picture as lines of characters. */
final class GreyArt {
  private static final String SHADES = " .:-=+*#%@";

  private GreyArt() {}

  /**
   * The picture, two characters a pixel since characters are about twice as high as wide; empty
   * rows at the top and bottom are left out.
   *
   * @param picture {@code [..., height, width]}, 0 for black to 1 for white
   */
  static List<String> lines(Tensor picture) {
    long[] shape = picture.shape();
    int height = (int) shape[shape.length - 2];
    int width = (int) shape[shape.length - 1];
    List<String> lines = new ArrayList<>();
    for (int y = 0; y < height; y++) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < width; x++) {
        double grey = Math.clamp(picture.getDouble((long) y * width + x), 0, 1);
        char shade = SHADES.charAt((int) Math.round(grey * (SHADES.length() - 1)));
        line.append(shade).append(shade);
      }
      lines.add(line.toString().stripTrailing());
    }
    while (!lines.isEmpty() && lines.getFirst().isEmpty()) {
      lines.removeFirst();
    }
    while (!lines.isEmpty() && lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines;
  }
}
