package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import picocli.CommandLine.Command;

/** {@code weft bench softmax}. */
@Command(
    name = "softmax",
    description = {
      "Measures the softmax of each row of a matrix; peers: " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench softmax --rows 4096 --columns 1024 --vs copy,onnxruntime"
    })
final class BenchSoftmaxCommand extends BenchRowsAction {
  BenchSoftmaxCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(Rows matrix, DType dtype, Workload.Source source, ObjectNode figures) {
    figures.put("workload", "softmax");
    return matrix.softmax(dtype, source);
  }
}
