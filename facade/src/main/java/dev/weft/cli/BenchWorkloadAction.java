package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.CopyContestant;
import dev.weft.cli.bench.GraphContestant;
import dev.weft.cli.bench.Peers;
import dev.weft.cli.bench.Result;
import dev.weft.cli.bench.SampleCheck;
import dev.weft.cli.bench.Sweep;
import dev.weft.graph.workload.Workload;
import dev.weft.runtime.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A benchmark of one of the workloads that Weft brings along. */
abstract class BenchWorkloadAction extends BenchAction {
  /** What {@code --vs} takes for all of them. */
  static final String PEERS = "onnxruntime, copy (as many bytes moved), naive (no schedule)";

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      converter = DTypeConverter.class,
      defaultValue = "f32",
      description = "f64, f32, f16, i32, ...; default ${DEFAULT-VALUE}.")
  private DType dtype = DType.FLOAT32;

  @Option(
      names = "--sweep",
      paramLabel = "FILE.csv",
      description = "Measure many sizes: writes a table, a plot of the speed and a roofline (SVG).")
  private @Nullable Path sweep;

  @Option(
      names = "--sizes",
      split = ",",
      paramLabel = "N",
      description = "The sizes of a sweep, separated by commas; each workload has usual ones.")
  private List<Integer> sizes = new ArrayList<>();

  BenchWorkloadAction(Console console) {
    super(console);
  }

  /**
   * The workload.
   *
   * @param source makes its operands
   * @param figures takes its name and sizes
   * @throws IllegalArgumentException if the sizes don't fit together
   */
  abstract Workload workload(DType type, Workload.Source source, ObjectNode figures);

  /** The error for sizes that are no sizes. */
  final void checkPositive(String options, long... sizes) {
    for (long size : sizes) {
      if (size < 1) {
        throw usage(options + " are at least 1");
      }
    }
  }

  /** Sets the size that a sweep changes. */
  abstract void resize(int size);

  /** The sizes of a sweep that the user says no sizes for. */
  abstract List<Integer> usualSizes();

  @Override
  final boolean measure(Device opened, ObjectNode figures) {
    if (sweep == null) {
      if (!sizes.isEmpty()) {
        throw usage("--sizes is for --sweep");
      }
      return measure(opened, figures, new ArrayList<>());
    }
    System.setProperty("java.awt.headless", "true"); // The plots are files.
    Sweep measured = new Sweep(commandName());
    ArrayNode all = figures.putArray("sweep");
    boolean right = true;
    for (int size : sizes.isEmpty() ? usualSizes() : sizes) {
      checkPositive("--sizes", size);
      resize(size);
      List<Result> results = new ArrayList<>();
      right &= measure(opened, all.addObject().put("size", size), results);
      measured.add(size, results);
    }
    for (Path file : measured.write(sweep, peaks(opened, dtype))) {
      console().print("wrote " + file);
    }
    return right;
  }

  private boolean measure(Device opened, ObjectNode figures, List<Result> results) {
    List<Contestant> contestants = new ArrayList<>();
    try (Workload workload = make(figures)) {
      try {
        contestants.add(GraphContestant.weft(workload, opened, options()));
        for (String name : peers()) {
          contestants.add(peer(name, workload, opened));
        }
        boolean right = check(contestants, workload, figures);
        results.addAll(
            compare(
                new Subject(workload.title(), workload.flops(), workload.bytes(), workload.dtype()),
                contestants,
                opened,
                figures));
        return right;
      } finally {
        contestants.forEach(Contestant::close);
      }
    }
  }

  private Workload make(ObjectNode figures) {
    try {
      return workload(dtype, random()::next, figures);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private Contestant peer(String name, Workload workload, Device opened) {
    return switch (name) {
      case "naive" -> GraphContestant.naive(workload, opened);
      case "copy" -> CopyContestant.of(opened, workload.bytes());
      default -> Peers.installed().get(name).workload(workload, threads(opened));
    };
  }

  private boolean check(List<Contestant> contestants, Workload workload, ObjectNode figures) {
    boolean right = true;
    for (Contestant contestant : contestants) {
      contestant.run(1);
      if (contestant.computes()) {
        String difference = SampleCheck.firstDifference(contestant.result(), workload);
        if (!difference.isEmpty()) {
          right = false;
          console().fail("the result of " + contestant.name() + " is wrong: " + difference);
        }
      }
    }
    figures.put("right", right);
    return right;
  }
}
