package dev.weft.cli;

import picocli.CommandLine.Command;

/** {@code weft bench}: measures one workload on a device. */
@Command(
    name = "bench",
    description = "Measures a workload on a device, next to peers in the same run.",
    footer = {"", "Example:", "  weft bench matmul --m 1024 --n 1024 --k 1024 --vs openblas,naive"},
    subcommands = {
      BenchMatmulCommand.class,
      BenchConvCommand.class,
      BenchDepthwiseCommand.class,
      BenchWindowSumCommand.class,
      BenchElementwiseCommand.class,
      BenchSoftmaxCommand.class,
      BenchLayerNormCommand.class,
      BenchReduceCommand.class,
      BenchTransposeCommand.class,
      BenchAttentionCommand.class,
      BenchModelCommand.class,
    })
final class BenchCommand {}
