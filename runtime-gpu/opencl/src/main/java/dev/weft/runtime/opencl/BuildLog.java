package dev.weft.runtime.opencl;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A compiler's log, read for the places of errors. */
final class BuildLog {
  /** A Clang-based compiler's {@code file:12:5: error: text}; the file may be missing. */
  private static final Pattern CLANG = Pattern.compile("(\\d+):(\\d+): (?:fatal )?error: (.*)");

  /** PoCL's {@code error: file:12:5: text}. */
  private static final Pattern POCL = Pattern.compile("error: .*?:(\\d+):(\\d+): (.*)");

  private BuildLog() {}

  /** An error as a line of the log tells it. */
  private record Finding(int line, int column, String text) {
    static Optional<Finding> in(String logLine) {
      for (Pattern form : List.of(CLANG, POCL)) {
        Matcher error = form.matcher(logLine);
        if (error.find()) {
          return Optional.of(
              new Finding(number(error.group(1)), number(error.group(2)), error.group(3).strip()));
        }
      }
      return Optional.empty();
    }

    /** Zero, which is no line, for what is too long to be one. */
    private static int number(String digits) {
      return digits.length() < 10 ? Integer.parseInt(digits) : 0;
    }

    /** The line of the source, if it has that line. */
    Optional<String> sourceLine(String source) {
      return line < 1 ? Optional.empty() : source.lines().skip(line - 1L).findFirst();
    }
  }

  /** The first error on one line, with the source line that it speaks of. */
  static String summary(String log, String source) {
    Optional<Finding> first = log.lines().flatMap(line -> Finding.in(line).stream()).findFirst();
    if (first.isEmpty()) {
      return log.lines().filter(line -> !line.isBlank()).findFirst().orElse("no reason given");
    }
    Finding error = first.get();
    String code = error.sourceLine(source).map(line -> ": " + line.strip()).orElse("");
    return "line " + error.line() + ": " + error.text() + code;
  }

  /** The log with each error's source line, and a caret under the column, after it. */
  static String annotated(String log, String source) {
    StringBuilder out = new StringBuilder();
    log.lines()
        .forEach(
            logLine -> {
              out.append(logLine).append('\n');
              Finding.in(logLine).ifPresent(error -> quote(out, error, source));
            });
    return out.toString();
  }

  private static void quote(StringBuilder out, Finding error, String source) {
    error
        .sourceLine(source)
        .ifPresent(
            line -> {
              String number = String.format("%5d | ", error.line());
              out.append(number).append(line).append('\n');
              int before =
                  number.length() + Math.min(line.length(), Math.max(0, error.column() - 1));
              out.append(" ".repeat(before)).append("^\n");
            });
  }
}
