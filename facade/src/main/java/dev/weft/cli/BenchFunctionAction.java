package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.KernelContestant;
import dev.weft.cli.bench.NaiveSchedule;
import dev.weft.cli.bench.SampleCheck;
import dev.weft.cli.bench.Workload;
import dev.weft.runtime.Device;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A benchmark of one TensorIR function. */
abstract class BenchFunctionAction extends BenchAction {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      converter = DTypeConverter.class,
      defaultValue = "f32",
      description = "f64, f32, f16, i32, ...; default ${DEFAULT-VALUE}.")
  private DType dtype = DType.FLOAT32;

  BenchFunctionAction(Console console) {
    super(console);
  }

  /** The workload, with random operands. */
  abstract Workload workload(DType type, RandomTensors random, ObjectNode figures);

  /** A peer; null if this workload has none of that name. */
  abstract @Nullable Contestant peer(String name, Workload workload);

  /** The names of the peers, for messages. */
  abstract String knownPeers();

  @Override
  final boolean measure(Device opened, ObjectNode figures) {
    List<Contestant> contestants = new ArrayList<>();
    try (Workload workload = workload(dtype, random(), figures)) {
      try {
        contestants.add(kernel("weft", workload, opened));
        for (String name : peers()) {
          Contestant peer =
              name.equals("naive") ? kernel("naive", workload, opened) : peer(name, workload);
          if (peer == null) {
            throw unknownPeer(name, knownPeers());
          }
          contestants.add(peer);
        }
        boolean right = check(contestants, workload, figures);
        compare(
            new Subject(workload.title(), workload.flops(), workload.bytes(), workload.dtype()),
            contestants,
            opened,
            figures);
        return right;
      } finally {
        contestants.forEach(Contestant::close);
      }
    }
  }

  private static Contestant kernel(String name, Workload workload, Device opened) {
    boolean naive = name.equals("naive");
    return KernelContestant.of(
        name,
        naive ? NaiveSchedule.apply(workload.function()) : workload.function(),
        opened,
        workload.inputs(),
        workload.like());
  }

  private boolean check(List<Contestant> contestants, Workload workload, ObjectNode figures) {
    boolean right = true;
    for (Contestant contestant : contestants) {
      contestant.run(1);
      String difference = SampleCheck.firstDifference(contestant.result(), workload);
      if (!difference.isEmpty()) {
        right = false;
        console().fail("the result of " + contestant.name() + " is wrong: " + difference);
      }
    }
    figures.put("right", right);
    return right;
  }
}
