package dev.weft.cli;

import picocli.CommandLine.Command;

/** {@code weft bench depthwise}. */
@Command(
    name = "depthwise",
    description = {
      "Measures a convolution with one group a channel; peers: " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {"", "Example:", "  weft bench depthwise --c 128 --h 56 --w 56 --vs onnxruntime"})
final class BenchDepthwiseCommand extends BenchConvCommand {
  BenchDepthwiseCommand(Console console) {
    super(console);
  }

  @Override
  int groups(int channels) {
    return channels;
  }
}
