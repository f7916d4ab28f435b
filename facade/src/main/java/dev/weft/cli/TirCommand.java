package dev.weft.cli;

import picocli.CommandLine.Command;

/** {@code weft tir}: TensorIR functions as TVMScript. */
@Command(
    name = "tir",
    description = "Reads, prints, transforms and runs TensorIR functions written in TVMScript.",
    footer = {"", "Example:", "  weft tir print function.py --dialect sblock"},
    subcommands = {
      TirPrintCommand.class,
      TirApplyCommand.class,
      TirCheckCommand.class,
      TirRunCommand.class
    })
final class TirCommand {}
