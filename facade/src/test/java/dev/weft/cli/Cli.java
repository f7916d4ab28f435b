package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * One call of the command line.
 *
 * @param status the exit status
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Cli(int status, String out, String err) {
  private static final String PROGRESS = "weft: [a-z: 0-9]+: \\d+ of \\d+";

  /** Runs the command in this process, as if no person watched. */
  static Cli run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(new PrintWriter(out), new PrintWriter(err), false);
    int status = Main.execute(console, args);
    return new Cli(status, out.toString(), err.toString());
  }

  /** Expects success, with nothing on standard error but how far slow work has come. */
  Cli succeeded() {
    assertThat(err.lines()).as("standard error").allMatch(line -> line.matches(PROGRESS));
    assertThat(status).isEqualTo(Main.DONE);
    return this;
  }

  /** Expects that status, one line on standard error that has all these words, nothing else. */
  Cli failed(int expected, String... words) {
    assertThat(err.lines().toList()).as("standard error: %s", err).hasSize(1);
    assertThat(err).startsWith("weft: ").contains(List.of(words));
    assertThat(out).as("standard output").isEmpty();
    assertThat(status).isEqualTo(expected);
    return this;
  }

  /** Standard output as JSON. */
  JsonNode json() {
    try {
      return new ObjectMapper().readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + out, e);
    }
  }
}
