package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.InputException;
import dev.weft.cli.conformance.TestFolder;
import dev.weft.cli.conformance.TestRun;
import dev.weft.cli.conformance.Verdict;
import dev.weft.cli.conformance.Worker;
import dev.weft.cli.conformance.Workers;
import dev.weft.compiler.DeviceTargets;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.tir.target.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft conformance}. */
@Command(
    name = "conformance",
    description = {
      "Runs every test folder below DIR.",
      "",
      "A test is laid out like the ONNX backend tests: model.onnx, test_data_set_0/input_0.pb and"
          + " so",
      "on, output_0.pb and so on. Outputs must have the expected element type and shape; floats"
          + " may",
      "be off by 1e-5 + 1e-3 of the expected value (a data.json in the folder with rtol and atol",
      "says otherwise), integers not at all. Writes test,status,detail for each, with status pass,",
      "fail, unsupported (the import says so) or error, the totals last; exit status 1 unless all",
      "pass. Tests run in processes of their own: one that crashes or hangs harms no other. On"
          + " OpenCL",
      "sixteen tests share a program, since drivers take long for each."
    },
    footer = {"", "Example:", "  weft conformance onnx-tests --device opencl:0 --csv report.csv"})
final class ConformanceCommand extends Action {
  private static final String HEADER = Csv.line("test", "status", "detail");

  /**
   * Tests whose kernels are one program, where a driver compiles it: of the 0.3 s that PoCL takes
   * for a small one, declaring OpenCL's functions is most.
   */
  private static final int IN_ONE_PROGRAM = 16;

  @Parameters(index = "0", paramLabel = "DIR", description = "A folder with test folders.")
  private Path folder = Path.of("");

  @Mixin private final DeviceOption device = new DeviceOption();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Where the table goes; standard output then has what did not pass.")
  private @Nullable Path csv;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Processes that run tests side by side; 0 runs all in this one. As many as there are"
              + " cores otherwise.")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "120",
      description = "How long a test may take (${DEFAULT-VALUE}).")
  private int seconds = 120;

  @Option(
      names = "--serve",
      hidden = true,
      description = "Runs the tests that standard input names.")
  private boolean serve;

  ConformanceCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    if (jobs < 0 || seconds < 1) {
      throw usage("--jobs must not be negative, --timeout must be positive");
    }
    if (serve) {
      return serve();
    }
    List<TestFolder> tests = TestFolder.below(folder);
    Map<TestFolder, Verdict> verdicts = new ConcurrentHashMap<>();
    try (Progress progress = console().progress("conformance", tests.size())) {
      BiConsumer<TestFolder, Verdict> seen =
          (test, verdict) -> {
            verdicts.put(test, verdict);
            progress.step();
          };
      int together;
      try (Device opened = Devices.installed().open(device.name())) {
        boolean drivers = DeviceTargets.of(opened.info()).kind() == Target.Kind.OPENCL;
        together = drivers ? IN_ONE_PROGRAM : 1;
        if (jobs == 0) {
          TestRun run = new TestRun(opened);
          tests.forEach(test -> seen.accept(test, run.run(test)));
        }
      }
      if (jobs > 0) {
        // Where drivers run the kernels, Java only compiles, each model once.
        List<String> options = together > 1 ? List.of("-XX:TieredStopAtLevel=1") : List.of();
        Workers.run(tests, together, Math.min(jobs, tests.size()), () -> worker(options), seen);
      }
    }
    return report(tests, verdicts, figures);
  }

  private Worker worker(List<String> options) {
    List<String> arguments =
        List.of("conformance", folder.toString(), "--serve", "--device", device.name());
    return new Worker(options, Main.class, arguments, Duration.ofSeconds(seconds));
  }

  private boolean serve() {
    try (Device opened = Devices.installed().open(device.name());
        BufferedReader requests =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      Worker.serve(new TestRun(opened), requests, System.out);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean report(
      List<TestFolder> tests, Map<TestFolder, Verdict> verdicts, ObjectNode figures) {
    List<String> lines = new ArrayList<>(List.of(HEADER));
    console().print(HEADER);
    Map<Verdict.Status, Integer> totals = new EnumMap<>(Verdict.Status.class);
    Arrays.stream(Verdict.Status.values()).forEach(status -> totals.put(status, 0));
    for (TestFolder test : tests) {
      Verdict verdict = Objects.requireNonNull(verdicts.get(test));
      totals.merge(verdict.status(), 1, Integer::sum);
      String line = Csv.line(test.name(folder), verdict.status().text(), verdict.detail());
      lines.add(line);
      if (csv == null || verdict.status() != Verdict.Status.PASS) {
        console().print(line);
      }
    }
    String counts =
        totals.entrySet().stream()
            .map(entry -> entry.getKey().text() + " " + entry.getValue())
            .collect(Collectors.joining("; "));
    lines.add(Csv.line("total", Integer.toString(tests.size()), counts));
    console().print(lines.getLast());
    totals.forEach((status, count) -> figures.put(status.text(), count));
    if (csv != null) {
      write(csv, lines);
    }
    return Objects.equals(totals.get(Verdict.Status.PASS), tests.size());
  }

  private static void write(Path file, List<String> lines) {
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new InputException(
          "the table can't be written: " + Failures.describe(e),
          file.toString(),
          "check the path",
          e);
    }
  }
}
