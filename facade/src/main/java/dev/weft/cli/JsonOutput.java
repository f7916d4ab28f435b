package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --json}. */
final class JsonOutput {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as JSON; - for standard output, in place of the text.")
  private @Nullable String file;

  /** Whether the figures go to standard output, so that nothing else may. */
  boolean takesStandardOutput() {
    return "-".equals(file);
  }

  /** Writes the figures where the user asked for them, if anywhere. */
  void write(JsonNode figures, Console console) {
    String target = file;
    if (target == null) {
      return;
    }
    String text = text(figures);
    if (takesStandardOutput()) {
      console.out().println(text);
      return;
    }
    try {
      Files.writeString(Path.of(target), text + "\n");
    } catch (IOException e) {
      throw new InputException(
          "the figures can't be written: " + Failures.describe(e), target, "check the path", e);
    }
  }

  private static String text(JsonNode figures) {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(figures);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }
}
