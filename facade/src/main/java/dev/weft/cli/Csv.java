package dev.weft.cli;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 has them, each record on one line. */
final class Csv {
  private Csv() {}

  /** A record, without line end. Line breaks within a field become spaces. */
  static String line(String... fields) {
    return Arrays.stream(fields).map(Csv::field).collect(Collectors.joining(","));
  }

  private static String field(String text) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
    boolean quoted = line.chars().anyMatch(c -> c == ',' || c == '"');
    return quoted ? '"' + line.replace("\"", "\"\"") + '"' : line;
  }
}
