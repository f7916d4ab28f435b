package dev.weft.codegen.c.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Generated text against a file; {@code -Dweft.updateGolden=true} writes the files anew. */
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

  private Golden() {}

  /** Compares with a file of the module's {@code src/test/resources/golden}. */
  public static void check(String file, String actual) {
    Path path = FOLDER.resolve(file);
    try {
      if (Boolean.getBoolean("weft.updateGolden")) {
        Files.createDirectories(FOLDER);
        Files.writeString(path, actual);
      }
      assertThat(path).exists();
      assertThat(actual).isEqualTo(Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
