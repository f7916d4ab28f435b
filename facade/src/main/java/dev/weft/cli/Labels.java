package dev.weft.cli;

import dev.weft.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Names of classes, one a line. */
final class Labels {
  private Labels() {}

  static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new InputException(
          "the labels can't be read: " + Failures.describe(e), "", "give a text file", e);
    }
  }
}
