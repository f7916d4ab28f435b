package dev.weft.tir.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Tables of texts: {@code === name}, the text, {@code --- what}, what is expected of it. */
final class Sections {
  private static final Pattern SECTION = Pattern.compile("(?m)^=== ");

  private Sections() {}

  record Section(String name, String text, String expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The sections of a resource, in order. */
  static List<Section> of(String resource) {
    try (InputStream in = Sections.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource);
      }
      String table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<Section> sections = new ArrayList<>();
      for (String part : SECTION.split(table, -1)) {
        if (!part.isBlank()) {
          String name = part.substring(0, part.indexOf('\n'));
          int cut = part.indexOf("\n--- ") + 1;
          int below = part.indexOf('\n', cut) + 1;
          sections.add(
              new Section(name, part.substring(name.length() + 1, cut), part.substring(below)));
        }
      }
      return sections;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
