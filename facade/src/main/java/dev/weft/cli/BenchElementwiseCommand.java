package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Chain;
import dev.weft.graph.workload.Workload;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench elementwise}. */
@Command(
    name = "elementwise",
    description = {
      "Measures element-wise operators in a row (multiply, add, relu, ...) on two vectors; peers: "
          + BenchWorkloadAction.PEERS
          + "."
    },
    sortOptions = false,
    footer = {"", "Example:", "  weft bench elementwise --n 16777216 --steps 6 --vs copy"})
final class BenchElementwiseCommand extends BenchWorkloadAction {
  @Option(names = "--n", defaultValue = "16777216", description = "Elements; ${DEFAULT-VALUE}.")
  private int n;

  @Option(names = "--steps", defaultValue = "6", description = "Operators; ${DEFAULT-VALUE}.")
  private int steps;

  BenchElementwiseCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    checkPositive("--n and --steps", n, steps);
    figures.put("workload", "elementwise").put("n", n).put("steps", steps);
    return new Chain(n, steps).workload(dtype, source);
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
