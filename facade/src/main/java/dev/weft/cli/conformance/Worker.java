package dev.weft.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs tests in a process of its own, which is started again when a test ends it (a driver that
 * crashes) or takes too long. For one thread.
 */
public final class Worker implements AutoCloseable {
  /** What a line with a verdict begins with; drivers may print lines of their own. */
  private static final String MARK = "weft-verdict ";

  /** Time for starting the process and opening the device, which the first test has on top. */
  private static final Duration STARTING = Duration.ofSeconds(60);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<String> command;
  private final Duration limit;
  private @Nullable Process process;
  private @Nullable BufferedReader verdicts;

  /**
   * @param options more options for the Java virtual machine
   * @param main the main class
   * @param arguments what makes it call {@link #serve}
   * @param limit how long a test may take
   */
  public Worker(List<String> options, Class<?> main, List<String> arguments, Duration limit) {
    this.limit = limit;
    command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.contains("AutoCreateSharedArchive")) { // It is read here, not written.
        command.add(option);
      }
    }
    command.add("-XX:+UseSerialGC"); // Two workers on two cores: no threads beside the work.
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.add(main.getName());
    command.addAll(arguments);
  }

  /**
   * Runs tests, in one program if the process gets that far. What a process that ended or took too
   * long has left is run once more, each test by itself.
   *
   * @param seen gets the verdict of each test
   */
  public void run(List<TestFolder> tests, BiConsumer<TestFolder, Verdict> seen) {
    Set<TestFolder> left = new LinkedHashSet<>(tests);
    BiConsumer<TestFolder, Verdict> answered =
        (test, verdict) -> {
          if (left.remove(test)) {
            seen.accept(test, verdict);
          }
        };
    if (tests.size() > 1) {
      attempt(tests, answered);
    }
    for (TestFolder test : List.copyOf(left)) {
      Verdict end = attempt(List.of(test), answered);
      if (end != null) {
        answered.accept(test, end);
      }
    }
  }

  /** What the tests without an answer ended in; null if all have one. */
  private @Nullable Verdict attempt(
      List<TestFolder> tests, BiConsumer<TestFolder, Verdict> answered) {
    try {
      Duration allowed = limit;
      if (process == null) {
        start();
        allowed = limit.plus(STARTING);
      }
      return ask(tests, allowed, answered);
    } catch (IOException e) {
      return Verdict.error("the process that ran the test ended: " + end());
    }
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD) // Compilers' remarks.
            .start();
    verdicts =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private @Nullable Verdict ask(
      List<TestFolder> tests, Duration first, BiConsumer<TestFolder, Verdict> answered)
      throws IOException {
    Process running = process;
    BufferedReader reader = verdicts;
    if (running == null || reader == null) {
      throw new IllegalStateException("the process was not started");
    }
    List<String> paths =
        tests.stream().map(test -> test.path().toAbsolutePath().toString()).toList();
    Writer requests = running.outputWriter(StandardCharsets.UTF_8);
    requests.write(JSON.writeValueAsString(paths) + "\n");
    requests.flush();
    Duration allowed = first;
    for (int i = 0; i < tests.size(); i++) {
      CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> read(reader));
      try {
        JsonNode json = JSON.readTree(answer.get(allowed.toMillis(), TimeUnit.MILLISECONDS));
        Verdict verdict =
            new Verdict(
                Verdict.Status.valueOf(json.path("status").asText()), json.path("detail").asText());
        answered.accept(tests.get(json.path("test").asInt()), verdict);
        allowed = limit;
      } catch (TimeoutException e) {
        end();
        return Verdict.error("took longer than " + limit.toSeconds() + " s");
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }
    return null;
  }

  private static String read(BufferedReader reader) {
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(MARK)) {
          return line.substring(MARK.length());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new UncheckedIOException(new IOException("there is no answer"));
  }

  /** Ends the process if it still runs; says how it ended. */
  private String end() {
    Process running = process;
    process = null;
    verdicts = null;
    if (running == null) {
      return "it did not start";
    }
    try {
      if (!running.waitFor(2, TimeUnit.SECONDS)) {
        running.destroyForcibly();
        running.waitFor();
        return "it was stopped";
      }
      return "exit status " + running.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroy();
    }
  }

  /** What the process does: answers each line, tests' folders, with a line for each of them. */
  public static void serve(TestRun tests, BufferedReader requests, PrintStream answers)
      throws IOException {
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      List<TestFolder> asked = new ArrayList<>();
      JSON.readTree(line).forEach(path -> asked.add(new TestFolder(Path.of(path.asText()))));
      tests.run(
          asked,
          (test, verdict) -> {
            ObjectNode json = JSON.createObjectNode();
            json.put("test", asked.indexOf(test));
            json.put("status", verdict.status().name());
            json.put("detail", verdict.detail());
            answers.println(MARK + json);
            answers.flush();
          });
    }
  }
}
