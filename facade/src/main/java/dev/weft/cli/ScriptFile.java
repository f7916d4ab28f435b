package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.tir.IRModule;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A file of TVMScript. */
final class ScriptFile {
  private ScriptFile() {}

  /**
   * Reads the file's module.
   *
   * @throws InputException if it can't be read
   * @throws dev.weft.tir.script.ScriptException if it is no TVMScript; shows the place
   */
  static IRModule read(Path file) {
    return TvmScript.parseModule(text(file), file.toString());
  }

  /** Reads all modules of the file, by the names of their classes; otherwise as {@link #read}. */
  static Map<String, IRModule> readAll(Path file) {
    return TvmScript.parseModules(text(file), file.toString());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be read: " + Failures.describe(e), "", "check the path", e);
    }
  }
}
