package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Attention;
import dev.weft.graph.workload.Workload;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench attention}. */
@Command(
    name = "attention",
    description = {
      "Measures softmax(Q K' / sqrt(depth)) V; peers: " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench attention --heads 12 --sequence 512 --depth 64 --vs onnxruntime"
    })
final class BenchAttentionCommand extends BenchWorkloadAction {
  @Option(
      names = "--heads",
      defaultValue = "12",
      description = "Of all sequences together; ${DEFAULT-VALUE}.")
  private int heads;

  @Option(names = "--sequence", defaultValue = "512", description = "Length; ${DEFAULT-VALUE}.")
  private int sequence;

  @Option(names = "--depth", defaultValue = "64", description = "Of a head; ${DEFAULT-VALUE}.")
  private int depth;

  BenchAttentionCommand(Console console) {
    super(console);
  }

  @Override
  Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    checkPositive("--heads, --sequence and --depth", heads, sequence, depth);
    figures.put("workload", "attention").put("heads", heads);
    figures.put("sequence", sequence).put("depth", depth);
    return new Attention(heads, sequence, depth).workload(dtype, source);
  }

  @Override
  void resize(int size) {
    sequence = size;
  }

  @Override
  List<Integer> usualSizes() {
    return List.of(64, 128, 256, 512, 1024);
  }
}
