package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import picocli.CommandLine.Command;

/** {@code weft bench transpose}. */
@Command(
    name = "transpose",
    description = {
      "Measures the transposition of a matrix; peers: " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench transpose --rows 4096 --columns 1024 --vs copy,onnxruntime"
    })
final class BenchTransposeCommand extends BenchRowsAction {
  BenchTransposeCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(Rows matrix, DType dtype, Workload.Source source, ObjectNode figures) {
    figures.put("workload", "transpose");
    return matrix.transpose(dtype, source);
  }
}
