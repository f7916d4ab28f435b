package dev.weft.runtime.opencl;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A compiler's log, read for the place of the first error. */
final class BuildLog {
  /** {@code file:12:5: error: text}, as Clang-based compilers write; the file's name varies. */
  private static final Pattern ERROR = Pattern.compile(":?(\\d+):(\\d+): (?:fatal )?error: (.*)");

  private BuildLog() {}

  /** The first error on one line, with the source line that it speaks of. */
  static String summary(String log, String source) {
    Matcher error = ERROR.matcher(log);
    if (!error.find()) {
      return log.lines().filter(line -> !line.isBlank()).findFirst().orElse("no reason given");
    }
    int line = Integer.parseInt(error.group(1));
    String text = source.lines().skip(line - 1L).findFirst().orElse("").strip();
    return "line " + line + ": " + error.group(3).strip() + (text.isEmpty() ? "" : ": " + text);
  }

  /** The log with each error's source line and a caret under the column after it. */
  static String annotated(String log, String source) {
    String[] lines = source.split("\n", -1);
    StringBuilder out = new StringBuilder();
    log.lines()
        .forEach(
            logLine -> {
              out.append(logLine).append('\n');
              Matcher error = ERROR.matcher(logLine);
              if (error.find()) {
                int line = Integer.parseInt(error.group(1));
                int column = Integer.parseInt(error.group(2));
                if (line >= 1 && line <= lines.length) {
                  String number = String.format("%5d | ", line);
                  out.append(number).append(lines[line - 1]).append('\n');
                  out.append(" ".repeat(number.length() + Math.max(0, column - 1))).append("^\n");
                }
              }
            });
    return out.toString();
  }
}
