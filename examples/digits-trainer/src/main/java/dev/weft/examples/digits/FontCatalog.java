package dev.weft.examples.digits;

import java.awt.Font;
import java.awt.GraphicsEnvironment;
import java.awt.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * The digit shapes of one split of {@code fonts.txt}, found among the fonts installed on this
 * machine.
 *
 * <p>A family is drawn by its weight, then one of its faces (regular, bold, italic …) evenly: a
 * family with many faces counts no more than a family with one.
 */
final class FontCatalog {

  /** A family: its weight and, for each of its faces, the ten outlines by digit. */
  private record Family(String name, int weight, List<Shape[]> faces) {}

  private final List<Family> families;
  private final int totalWeight;

  private FontCatalog(List<Family> families) {
    this.families = List.copyOf(families);
    this.totalWeight = families.stream().mapToInt(Family::weight).sum();
  }

  /**
   * Loads one split.
   *
   * @param split {@code "train"} or {@code "unseen"}, the first column of {@code fonts.txt}
   * @throws IllegalStateException if a family of the list is not installed: the data, and so the
   *     model, would silently be other ones
   */
  static FontCatalog load(String split) {
    Font[] installed = GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts();
    Arrays.sort(installed, Comparator.comparing(Font::getFontName));
    List<Family> families = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (String line : lines()) {
      String[] columns = line.split(" ", 3);
      if (!columns[0].equals(split)) {
        continue;
      }
      List<Shape[]> faces =
          Arrays.stream(installed)
              .filter(font -> isOf(font, columns[2]) && font.canDisplayUpTo("0123456789") == -1)
              .map(Renderer::outlines)
              .toList();
      if (faces.isEmpty()) {
        missing.add(columns[2]);
      } else {
        families.add(new Family(columns[2], Integer.parseInt(columns[1]), faces));
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "fonts not installed (the README lists the packages): " + String.join(", ", missing));
    }
    return new FontCatalog(families);
  }

  /**
   * Draws a face and gives its outline of a digit.
   *
   * @param digit 0 to 9
   * @return the outline as {@link Renderer#outlines} leaves it: centred, its longer side 1
   */
  Shape draw(Random random, int digit) {
    int ticket = random.nextInt(totalWeight);
    int index = 0;
    while (ticket >= families.get(index).weight()) {
      ticket -= families.get(index++).weight();
    }
    List<Shape[]> faces = families.get(index).faces();
    return faces.get(random.nextInt(faces.size()))[digit];
  }

  /** How many families and faces this split has, for the log. */
  @Override
  public String toString() {
    int faces = families.stream().mapToInt(family -> family.faces().size()).sum();
    return families.size() + " families, " + faces + " faces";
  }

  private static boolean isOf(Font font, String family) {
    String name = font.getFamily();
    return name.equals(family) || name.startsWith(family + " ");
  }

  private static List<String> lines() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                FontCatalog.class.getResourceAsStream("fonts.txt"), StandardCharsets.UTF_8))) {
      return reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
