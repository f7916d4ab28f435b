package dev.weft.cli;

import dev.weft.base.WeftException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line on standard error what went wrong. */
record Failures(Console console) {
  /** The command line makes no sense. */
  int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    StringBuilder line = new StringBuilder(firstLine(message(e)));
    if (e instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().isEmpty() ? "" : unmatched.getUnmatched().get(0);
      boolean option = first.startsWith("-");
      line.setLength(0);
      line.append(option ? "there is no option '" : "what is '").append(first).append('\'');
      line.append(option ? "" : "?");
    }
    String name = command.getCommandSpec().qualifiedName();
    print(line + "; see " + name + " --help", e);
    return Main.USAGE;
  }

  /** The work failed. */
  int failed(Throwable e, boolean stackTrace) {
    print(describe(e), e);
    return Main.FAILED;
  }

  private void print(String message, Throwable e) {
    boolean whole = console.isStackTraceWanted() || console.isVerbose();
    console.out().flush();
    console.err().println("weft: " + (whole ? message : oneLine(message)));
    if (console.isStackTraceWanted()) {
      e.printStackTrace(console.err());
    }
    console.err().flush();
  }

  static String describe(Throwable e) {
    return switch (e) {
      case WeftException weft -> message(weft);
      case UncheckedIOException unchecked when unchecked.getCause() != null ->
          describe(unchecked.getCause());
      case NoSuchFileException missing -> missing.getFile() + ": there is no such file or folder";
      case AccessDeniedException denied -> denied.getFile() + ": access is denied";
      case FileSystemException file -> file.getMessage() == null ? file.toString() : message(file);
      case java.io.IOException io -> message(io);
      case OutOfMemoryError memory ->
          "not enough memory ("
              + memory.getMessage()
              + "); give Java more, for instance WEFT_JAVA_OPTS=-Xmx8g";
      case Throwable other ->
          "this is a defect in Weft, please report it with what --stacktrace prints: " + other;
    };
  }

  private static String message(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** A compiler's log or a source excerpt has more lines; -v shows them. */
  private static String oneLine(String message) {
    String stripped = message.strip();
    return stripped.contains("\n") ? firstLine(stripped) + " (-v shows more)" : stripped;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").strip();
  }
}
