package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.WindowSum;
import dev.weft.graph.workload.Workload;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench window-sum}. */
@Command(
    name = "window-sum",
    description = "Measures B[i] = A[i] + ... + A[i + window - 1]; peers: copy, naive.",
    sortOptions = false,
    footer = {"", "Example:", "  weft bench window-sum --n 1000000 --window 64 --vs copy,naive"})
final class BenchWindowSumCommand extends BenchWorkloadAction {
  @Option(names = "--n", defaultValue = "1000000", description = "Results; ${DEFAULT-VALUE}.")
  private int n;

  @Option(names = "--window", defaultValue = "64", description = "Terms; ${DEFAULT-VALUE}.")
  private int window;

  BenchWindowSumCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    checkPositive("--n and --window", n, window);
    figures.put("workload", "window-sum").put("n", n).put("window", window);
    return new WindowSum(n, window).workload(dtype, source);
  }

  @Override
  void resize(int size) {
    n = size;
  }

  @Override
  List<Integer> usualSizes() {
    return List.of(1 << 12, 1 << 16, 1 << 20, 1 << 24);
  }
}
