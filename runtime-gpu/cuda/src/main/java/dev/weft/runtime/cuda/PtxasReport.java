package dev.weft.runtime.cuda;

import dev.weft.runtime.KernelResources;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ptxas -v} tells of each kernel. */
final class PtxasReport {
  private static final Pattern KERNEL = Pattern.compile("Compiling entry function '([^']+)'");
  private static final Pattern MEMORY =
      Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores");
  private static final Pattern USED = Pattern.compile("Used (\\d+) registers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  private PtxasReport() {}

  /** The figures by the kernels' names; nothing for a log without any. */
  static Map<String, KernelResources> read(String log) {
    Map<String, KernelResources> all = new LinkedHashMap<>();
    String kernel = "";
    OptionalLong stack = OptionalLong.empty();
    OptionalLong spills = OptionalLong.empty();
    for (String line : log.lines().toList()) {
      Matcher entry = KERNEL.matcher(line);
      if (entry.find()) {
        kernel = entry.group(1);
        stack = OptionalLong.empty();
        spills = OptionalLong.empty();
      }
      Matcher memory = MEMORY.matcher(line);
      if (memory.find()) {
        stack = OptionalLong.of(Long.parseLong(memory.group(1)));
        spills = OptionalLong.of(Long.parseLong(memory.group(2)));
      }
      Matcher used = USED.matcher(line);
      if (used.find() && !kernel.isEmpty()) {
        Matcher shared = SHARED.matcher(line);
        long sharedBytes = shared.find() ? Long.parseLong(shared.group(1)) : 0;
        all.put(
            kernel,
            new KernelResources(
                OptionalLong.empty(),
                OptionalLong.of(Long.parseLong(used.group(1))),
                OptionalLong.of(sharedBytes),
                stack,
                spills));
      }
    }
    return all;
  }
}
