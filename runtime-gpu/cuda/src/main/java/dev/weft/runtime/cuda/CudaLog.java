package dev.weft.runtime.cuda;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A CUDA compiler's log, read for the places of errors. */
final class CudaLog {
  /** The name that the source goes by in logs. */
  static final String FILE = "kernels.cu";

  /** {@code kernels.cu(12): error: text}. */
  private static final Pattern ERROR =
      Pattern.compile("\\((\\d{1,9})\\): (?:catastrophic )?error(?: #\\S+)?: (.*)");

  /** Of ptxas, which knows the lines of the PTX only. */
  private static final Pattern PTXAS = Pattern.compile("ptxas .*?(?:error|fatal)\\s*: (.*)");

  private CudaLog() {}

  /** The first error on one line, with the source line that it speaks of. */
  static String summary(String log, String source) {
    Matcher error = ERROR.matcher(log);
    if (error.find()) {
      int line = Integer.parseInt(error.group(1));
      String code = line(source, line).map(text -> ": " + text.strip()).orElse("");
      return "line " + line + ": " + error.group(2).strip() + code;
    }
    Matcher ptxas = PTXAS.matcher(log);
    if (ptxas.find()) {
      return ptxas.group(1).strip();
    }
    return log.lines().filter(text -> !text.isBlank()).findFirst().orElse("no reason given");
  }

  /** The log with each error's source line below it. */
  static String annotated(String log, String source) {
    StringBuilder out = new StringBuilder();
    log.lines()
        .forEach(
            logLine -> {
              out.append(logLine).append('\n');
              Matcher error = ERROR.matcher(logLine);
              if (error.find()) {
                int line = Integer.parseInt(error.group(1));
                line(source, line)
                    .ifPresent(text -> out.append("%5d | %s\n".formatted(line, text)));
              }
            });
    return out.toString();
  }

  private static Optional<String> line(String source, int number) {
    return number < 1 ? Optional.empty() : source.lines().skip(number - 1L).findFirst();
  }
}
