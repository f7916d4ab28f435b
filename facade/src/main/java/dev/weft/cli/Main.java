package dev.weft.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/** The {@code weft} command. */
public final class Main {
  /** Exit status: done. */
  public static final int DONE = 0;

  /** Exit status: the work failed; one line on standard error says how. */
  public static final int FAILED = 1;

  /** Exit status: the command line makes no sense. */
  public static final int USAGE = 2;

  private static final int HELP_WIDTH = 100;

  private Main() {}

  /** Runs the command and ends the process with its exit status. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int status = execute(new Console(out, err, Console.isTerminal()), args);
    System.exit(status);
  }

  /** Runs the command with its output going to the given console; returns the exit status. */
  static int execute(Console console, String... args) {
    CommandLine command = new CommandLine(new WeftCommand(console), new CommandFactory(console));
    command.setOut(console.out());
    command.setErr(console.err());
    command.setUsageHelpWidth(HELP_WIDTH);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setAbbreviatedOptionsAllowed(false);
    command.setParameterExceptionHandler(new Failures(console)::wrongUsage);
    command.setExecutionExceptionHandler(
        (e, failed, parsed) -> new Failures(console).failed(e, console.isStackTraceWanted()));
    try {
      return command.execute(args);
    } catch (Error e) { // picocli catches exceptions only.
      return new Failures(console).failed(e, console.isStackTraceWanted());
    } finally {
      console.out().flush();
      console.err().flush();
    }
  }
}
