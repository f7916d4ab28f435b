package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.npy.NpyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that a command writes into one folder, which is made if it is not there. */
final class OutputFiles {
  private final Path folder;

  private OutputFiles(Path folder) {
    this.folder = folder;
  }

  /**
   * Files below a folder.
   *
   * @throws InputException if the folder can't be made
   */
  static OutputFiles in(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InputException(
          "the folder can't be made", folder.toString(), "check the path and its permissions", e);
    }
    return new OutputFiles(folder);
  }

  /** Files in a folder below this one. */
  OutputFiles below(String name) {
    return in(folder.resolve(fileName(name)));
  }

  /** Writes a text. */
  Path write(String name, String text) {
    return write(name, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Writes bytes. */
  Path write(String name, byte[] content) {
    Path file = folder.resolve(fileName(name));
    try {
      return Files.write(file, content);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be written: " + Failures.describe(e),
          file.toString(),
          "check the path and its permissions",
          e);
    }
  }

  /** Writes a tensor as {@code NAME.npy}. */
  Path writeTensor(String name, Tensor tensor) {
    Path file = folder.resolve(fileName(name) + ".npy");
    NpyFiles.write(file, tensor);
    return file;
  }

  /** A name of the model as a file name. */
  static String fileName(String name) {
    String safe = name.replaceAll("[^A-Za-z0-9._-]", "_");
    return safe.startsWith(".") ? "_" + safe : safe;
  }
}
