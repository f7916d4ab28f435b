package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command: options that every subcommand has. */
@Command(
    name = "weft",
    mixinStandardHelpOptions = true,
    version = "weft 0.1.0-SNAPSHOT",
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    description = "Compiles tensor programs and whole models to GPU kernels.",
    footer = {
      "",
      "Devices are called opencl:0, jvm, simt, ...; best picks one. 'weft devices' lists them.",
      "Exit status: 0 done, 1 the work failed, 2 wrong usage."
    },
    subcommands = {
      DemoCommand.class,
      DevicesCommand.class,
      RunCommand.class,
      InspectCommand.class,
      CompileCommand.class,
      ConformanceCommand.class,
      BenchCommand.class,
      TirCommand.class,
    })
final class WeftCommand {
  private final Console console;

  WeftCommand(Console console) {
    this.console = console;
  }

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Say what is being done, on standard error; so does WEFT_LOG=debug.")
  void setVerbose(boolean on) {
    console.setVerbose(on);
  }

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of an error.")
  void setStackTraces(boolean on) {
    console.setStackTraces(on);
  }
}
