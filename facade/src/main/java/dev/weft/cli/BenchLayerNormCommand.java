package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Rows;
import dev.weft.graph.workload.Workload;
import picocli.CommandLine.Command;

/** {@code weft bench layernorm}. */
@Command(
    name = "layernorm",
    description = {
      "Measures the layer normalisation of each row of a matrix; peers: "
          + BenchWorkloadAction.PEERS
          + "."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench layernorm --rows 4096 --columns 1024 --vs copy,onnxruntime"
    })
final class BenchLayerNormCommand extends BenchRowsAction {
  BenchLayerNormCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(Rows matrix, DType dtype, Workload.Source source, ObjectNode figures) {
    figures.put("workload", "layernorm");
    return matrix.layerNorm(dtype, source);
  }
}
