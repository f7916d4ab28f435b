package dev.weft.cli;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * Where a command writes: results to standard output, everything about the work (errors, progress,
 * what {@code -v} asks for) to standard error.
 */
final class Console {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean terminal;
  private boolean verbose = "debug".equalsIgnoreCase(System.getenv("WEFT_LOG"));
  private boolean stackTraces;
  private boolean muted;

  /**
   * @param terminal whether a person watches, so that a progress bar may be drawn
   */
  Console(PrintWriter out, PrintWriter err, boolean terminal) {
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** Whether standard output is a terminal. */
  @SuppressWarnings("SystemConsoleNull") // The JDK's documentation still allows null.
  static boolean isTerminal() {
    java.io.Console console = System.console();
    return console != null && console.isTerminal();
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  /** Prints a line of the result; nothing when the result goes to standard output as JSON. */
  void print(String line) {
    if (!muted) {
      out.println(line);
    }
  }

  /** Prints a line of the result, formatted without regard to the machine's language. */
  void printf(String format, Object... args) {
    print(String.format(Locale.ROOT, format, args));
  }

  /** Prints a line about the work if {@code -v} or {@code WEFT_LOG=debug} asks for it. */
  void debug(String line) {
    if (verbose) {
      err.println("weft: " + line);
      err.flush();
    }
  }

  /** Says on standard error that a result is wrong. */
  void fail(String line) {
    out.flush();
    err.println("weft: " + line);
    err.flush();
  }

  boolean isVerbose() {
    return verbose;
  }

  void setVerbose(boolean on) {
    verbose |= on;
  }

  boolean isStackTraceWanted() {
    return stackTraces;
  }

  void setStackTraces(boolean on) {
    stackTraces = on;
  }

  /** Leaves standard output to JSON. */
  void mute() {
    muted = true;
  }

  /** Shows how far long work has come: a bar on a terminal, now and then a line elsewhere. */
  Progress progress(String task, long steps) {
    return terminal ? Progress.bar(task, steps) : Progress.lines(task, steps, err);
  }
}
