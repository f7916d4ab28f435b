package dev.weft.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.base.InputException;
import dev.weft.base.Tolerance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A test of the ONNX backend tests' layout: {@code model.onnx}, {@code test_data_set_N/input_K.pb}
 * and {@code output_K.pb}, where K counts the graph's inputs that are no initializers, and its
 * outputs; in {@code data.json} there may be tolerances ({@code rtol}, {@code atol}).
 *
 * @param path the folder
 */
public record TestFolder(Path path) {
  /** What the numbers of a whole model may be off by: the ONNX backend tests' own figure. */
  public static final double RELATIVE = 1e-3;

  /** For numbers near 0; the ONNX tests' 1e-7 is less than float32 arithmetic promises there. */
  public static final double ABSOLUTE = 1e-5;

  /**
   * The tests in a folder and below it, by name.
   *
   * @throws InputException if there is none
   */
  public static List<TestFolder> below(Path root) {
    List<TestFolder> tests;
    try (Stream<Path> files = Files.walk(root)) {
      tests =
          files
              .filter(file -> file.endsWith("model.onnx"))
              .map(file -> new TestFolder(parent(file)))
              .sorted((a, b) -> a.name(root).compareTo(b.name(root)))
              .toList();
    } catch (IOException e) {
      throw new InputException(
          "the folder can't be read", root.toString(), "check the path and its permissions", e);
    }
    if (tests.isEmpty()) {
      throw new InputException(
          "there is no test folder (one with model.onnx and test_data_set_0) here or below",
          root.toString(),
          "check the path");
    }
    return tests;
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /** The test's name: where it is below the folder that was asked for. */
  public String name(Path root) {
    Path relative = root.relativize(path);
    if (relative.toString().isEmpty()) {
      Path last = path.toAbsolutePath().normalize().getFileName();
      return last == null ? "" : last.toString();
    }
    return relative.toString().replace('\\', '/');
  }

  /** The model. */
  public Path model() {
    return path.resolve("model.onnx");
  }

  /** The data sets, in order. */
  public List<Path> dataSets() {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isDirectory)
          .filter(entry -> entry.getFileName().toString().startsWith("test_data_set_"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tolerance for floating-point outputs. */
  public Tolerance tolerance() {
    Path file = path.resolve("data.json");
    if (!Files.isRegularFile(file)) {
      return new Tolerance(RELATIVE, ABSOLUTE);
    }
    try {
      JsonNode json = new ObjectMapper().readTree(file.toFile());
      return new Tolerance(
          json.path("rtol").asDouble(RELATIVE), json.path("atol").asDouble(ABSOLUTE));
    } catch (IOException e) {
      throw new InputException("this is no JSON", file.toString(), "the file is damaged", e);
    }
  }
}
