package dev.weft.cli;

import dev.weft.frontend.onnx.RandomWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model's file, or a copy with random weights in a folder that goes away with this. */
final class FilledModel implements AutoCloseable {
  private final Path file;
  private final @Nullable Path folder;

  private FilledModel(Path file, @Nullable Path folder) {
    this.file = file;
    this.folder = folder;
  }

  /**
   * The model as it is, or a filled copy.
   *
   * @param seed of the weights; null for the model as it is
   */
  static FilledModel of(Path model, @Nullable Long seed) {
    if (seed == null) {
      return new FilledModel(model, null);
    }
    Path folder;
    try {
      folder = Files.createTempDirectory("weft-weights");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return new FilledModel(RandomWeights.write(model, seed, folder), folder);
    } catch (RuntimeException | Error e) {
      delete(folder);
      throw e;
    }
  }

  Path file() {
    return file;
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Path made = folder;
    if (made != null) {
      delete(made);
    }
  }
}
