package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, aligned. */
final class TextTable {
  /** How a column is set. */
  enum Align {
    LEFT,
    RIGHT
  }

  private final List<Align> alignment;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these columns and no header. */
  TextTable(Align... alignment) {
    this.alignment = List.of(alignment);
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not one cell a column
   */
  TextTable row(String... cells) {
    if (cells.length != alignment.size()) {
      throw new IllegalArgumentException(
          "TextTable has " + alignment.size() + " columns, got " + cells.length + " cells");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The lines, indented by two spaces, without spaces at their ends. */
  List<String> lines() {
    int[] widths = new int[alignment.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String space = " ".repeat(widths[i] - row.get(i).length());
        line.append("  ");
        line.append(
            switch (alignment.get(i)) {
              case LEFT -> row.get(i) + space;
              case RIGHT -> space + row.get(i);
            });
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
