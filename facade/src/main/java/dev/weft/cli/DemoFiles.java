package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The demo's model and pictures, copied out of the jar into a folder that goes away with this. */
final class DemoFiles implements AutoCloseable {
  private static final String PLACE = "/dev/weft/demo/";

  /**
   * One picture.
   *
   * @param file where it is
   * @param digit what it shows
   * @param logits what ONNX Runtime says the model's output is
   */
  record Sample(Path file, int digit, List<Float> logits) {}

  private final Path folder;
  private final List<Path> files = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final Path model;
  private final String engine;

  private DemoFiles(Path folder) throws IOException {
    this.folder = folder;
    JsonNode expected;
    try (InputStream in = open("expected-logits.json")) {
      expected = new ObjectMapper().readTree(in);
    }
    engine = expected.path("engine").asText();
    model = copy(expected.path("model").asText());
    for (JsonNode picture : expected.path("pictures")) {
      JsonNode values = picture.path("logits");
      List<Float> logits = new ArrayList<>();
      for (JsonNode value : values) {
        logits.add((float) value.asDouble());
      }
      samples.add(
          new Sample(copy(picture.path("file").asText()), picture.path("digit").asInt(), logits));
    }
  }

  /** Copies the files. */
  static DemoFiles extract() {
    try {
      return new DemoFiles(Files.createTempDirectory("weft-demo"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path model() {
    return model;
  }

  /** What worked out the expected logits. */
  String engine() {
    return engine;
  }

  List<Sample> samples() {
    return samples;
  }

  private Path copy(String name) throws IOException {
    Path file = folder.resolve(name);
    files.add(file);
    try (InputStream in = open(name)) {
      Files.copy(in, file);
    }
    return file;
  }

  private static InputStream open(String name) throws FileNotFoundException {
    InputStream in = DemoFiles.class.getResourceAsStream(PLACE + name);
    if (in == null) {
      throw new FileNotFoundException("the jar has no " + PLACE + name);
    }
    return in;
  }

  @Override
  public void close() {
    try {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
