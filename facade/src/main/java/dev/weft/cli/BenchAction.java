package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.cli.TextTable.Align;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.DevicePeaks;
import dev.weft.cli.bench.Result;
import dev.weft.cli.bench.Rounds;
import dev.weft.cli.bench.Times;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.Devices;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all benchmarks share: the options, the order of measuring, the table. */
abstract class BenchAction extends Action {
  @Mixin private final DeviceOption device = new DeviceOption();

  @Mixin private final PassOptions passes = new PassOptions();

  @Option(
      names = "--vs",
      split = ",",
      paramLabel = "PEER",
      description = "Peers that are measured turn by turn in the same run, separated by commas.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "15",
      description = "Samples of each; default ${DEFAULT-VALUE}.")
  private int rounds = 15;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of a peer on the CPU; default as many as the device has cores.")
  private @Nullable Integer threads;

  @Option(names = "--seed", paramLabel = "S", description = "Of the random operands; default 0.")
  private long seed;

  @Option(
      names = "--records",
      paramLabel = "FILE",
      description = "Use these tuning records (not possible yet).")
  private @Nullable Path records;

  private @Nullable DevicePeaks peaks;

  BenchAction(Console console) {
    super(console);
  }

  /**
   * What is measured, and how to name, weigh and check it.
   *
   * @param title for people
   * @param flops operations of a run
   * @param bytes least memory traffic of a run; 0 if unknown
   * @param dtype the type whose peak counts
   */
  record Subject(String title, double flops, double bytes, DType dtype) {}

  final RandomTensors random() {
    return new RandomTensors(seed);
  }

  /** How Weft compiles what is measured. */
  final CompileOptions options() {
    return passes.with(VerboseTrace.of(console(), CompileTrace.NONE));
  }

  final List<String> peers() {
    return peers;
  }

  /** How many threads a peer may use: what the user says, or as many as the device has. */
  final int threads(Device opened) {
    if (threads != null) {
      return threads;
    }
    return opened.info().deviceClass() == DeviceClass.CPU
        ? Math.max(1, opened.info().capabilities().computeUnits())
        : Runtime.getRuntime().availableProcessors();
  }

  @Override
  final boolean run(ObjectNode figures) {
    if (rounds < 1) {
      throw usage("--rounds is at least 1");
    }
    if (threads != null && threads < 1) {
      throw usage("--threads is at least 1");
    }
    if (records != null) {
      throw new InputException(
          "tuning records can't be used yet", records.toString(), "leave --records out");
    }
    var _ = options(); // A wrong one is told before anything is done.
    try (Device opened = Devices.installed().open(device.name())) {
      return measure(opened, figures);
    }
  }

  /** Sets the contestants up, has them measured and checked. */
  abstract boolean measure(Device opened, ObjectNode figures);

  /** What the device reaches at best, measured once a command. */
  final DevicePeaks peaks(Device opened, DType dtype) {
    DevicePeaks known = peaks;
    if (known == null) {
      known = DevicePeaks.measure(opened, dtype);
      peaks = known;
    }
    return known;
  }

  /**
   * Measures the contestants, of which the first is Weft's, and prints the table.
   *
   * @return a result for each contestant, in their order
   */
  final List<Result> compare(
      Subject subject, List<Contestant> contestants, Device opened, ObjectNode figures) {
    DevicePeaks peaks = peaks(opened, subject.dtype());
    List<Result> measured = new ArrayList<>();
    Times times;
    long steps = (long) rounds * contestants.size();
    try (Progress progress = console().progress("measuring", steps)) {
      times = new Rounds(rounds).measure(contestants, progress::step);
    }
    console().print(subject.title() + " on " + opened.info().name());
    TextTable table =
        new TextTable(Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.RIGHT);
    table.row("", "median", "+-", "GFLOP/s", "GB/s", "weft is");
    ArrayNode results = figures.putArray("results");
    double weft = times.of(contestants.getFirst()).median();
    for (Contestant contestant : contestants) {
      Samples samples = times.of(contestant);
      double median = samples.median();
      double gflops = contestant.computes() ? subject.flops() / median : 0;
      double gigabytes = subject.bytes() / median;
      boolean first = contestant == contestants.getFirst();
      double ratio = times.ratio(contestant, contestants.getFirst());
      table.row(
          contestant.name(),
          Figures.time(median),
          Figures.three(100 * samples.standardDeviation() / samples.mean()) + "%",
          gflops == 0 ? "" : Figures.three(gflops),
          subject.bytes() == 0 ? "" : Figures.three(gigabytes),
          first ? "" : Figures.three(ratio) + "x as fast");
      measured.add(
          new Result(
              contestant.name(), median / 1e9, subject.flops(), subject.bytes(), gflops, ratio));
      ObjectNode json = results.addObject().put("name", contestant.name());
      json.set("time", samples.toJson());
      json.put("gflops", gflops);
      if (subject.bytes() > 0) {
        json.put("gbps", gigabytes);
      }
      share(json, "share_of_peak_gflops", gflops, peaks.gflops());
      share(json, "share_of_peak_gbps", gigabytes, peaks.gigabytes());
      if (!first) {
        json.put("ratio", ratio);
      }
    }
    table.lines().forEach(console()::print);
    describe("arithmetic", "GFLOP/s", subject.flops() / weft, peaks.gflops());
    describe("copying", "GB/s", subject.bytes() / weft, peaks.gigabytes());
    figures.put("device", opened.info().name()).put("product", opened.info().product());
    figures.put("driver", opened.info().driver());
    figures.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    figures.put("title", subject.title());
    figures.put("flops", subject.flops()).put("bytes", subject.bytes());
    figures.put("dtype", subject.dtype().toString());
    ObjectNode json = figures.putObject("peak");
    peaks.gflops().ifPresent(value -> json.put("gflops", value));
    peaks.gigabytes().ifPresent(value -> json.put("gbps", value));
    return measured;
  }

  private static void share(ObjectNode json, String key, double value, OptionalDouble peak) {
    if (peak.isPresent() && value > 0) {
      json.put(key, value / peak.getAsDouble());
    }
  }

  private void describe(String what, String unit, double value, OptionalDouble peak) {
    if (value == 0) {
      return;
    }
    if (peak.isEmpty()) {
      console().print("this device's peak of " + what + " can't be measured");
      return;
    }
    console()
        .printf(
            "%s%% of this device's measured peak of %s, %s %s",
            Figures.three(100 * value / peak.getAsDouble()),
            what,
            Figures.three(peak.getAsDouble()),
            unit);
  }
}
