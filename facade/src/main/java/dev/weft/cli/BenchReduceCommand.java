package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench reduce}. */
@Command(
    name = "reduce",
    description = {
      "Measures the sum of each row or column of a matrix; peers: "
          + BenchWorkloadAction.PEERS
          + "."
    },
    sortOptions = false,
    footer = {"", "Example:", "  weft bench reduce --rows 4096 --columns 1024 --axis 0 --vs copy"})
final class BenchReduceCommand extends BenchRowsAction {
  @Option(
      names = "--axis",
      defaultValue = "1",
      description = "What is summed over: 1 each row, 0 each column; default ${DEFAULT-VALUE}.")
  private int axis;

  @Option(
      names = "--of",
      defaultValue = "sum",
      description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
  private Reduction reduction = Reduction.SUM;

  BenchReduceCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(Rows matrix, DType dtype, Workload.Source source, ObjectNode figures) {
    figures.put("workload", "reduce").put("axis", axis);
    figures.put("of", reduction.name().toLowerCase(Locale.ROOT));
    return matrix.reduce(reduction, axis, dtype, source);
  }
}
