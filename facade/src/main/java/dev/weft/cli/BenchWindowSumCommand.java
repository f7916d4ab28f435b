package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Workload;
import dev.weft.graph.workload.WindowSumWorkload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench window-sum}. */
@Command(
    name = "window-sum",
    description = "Measures B[i] = A[i] + ... + A[i + window - 1]; peer: naive.",
    sortOptions = false,
    footer = {"", "Example:", "  weft bench window-sum --n 1000000 --window 64 --vs naive"})
final class BenchWindowSumCommand extends BenchFunctionAction {
  @Option(names = "--n", defaultValue = "1000000", description = "Results; ${DEFAULT-VALUE}.")
  private int n;

  @Option(names = "--window", defaultValue = "64", description = "Terms; ${DEFAULT-VALUE}.")
  private int window;

  BenchWindowSumCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, RandomTensors random, ObjectNode figures) {
    if (n < 1 || window < 1) {
      throw usage("--n and --window are at least 1");
    }
    figures.put("workload", "window-sum").put("n", n).put("window", window);
    Tensor a = random.next(dtype, (long) n + window - 1);
    return new Workload(
        "window sum of " + window + " over " + n + " " + dtype,
        WindowSumWorkload.function(n, window, dtype),
        List.of(a),
        Tensor.allocate(dtype, n),
        (double) n * window,
        (2.0 * n + window - 1) * dtype.bytes(),
        window,
        position -> sum(a, position));
  }

  private double sum(Tensor a, long position) {
    double sum = 0;
    for (long i = 0; i < window; i++) {
      sum += a.getDouble(position + i);
    }
    return sum;
  }

  @Override
  @Nullable Contestant peer(String name, Workload workload) {
    return null;
  }

  @Override
  String knownPeers() {
    return "naive";
  }
}
