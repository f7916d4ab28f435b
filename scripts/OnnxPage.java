import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes docs/ONNX.md: the operators that the importer has converters for, read from its sources,
 * and, from reports of `weft conformance` (DEVICE=FILE ...), the totals and what does not pass.
 *
 * <p>{@code java scripts/OnnxPage.java jvm=jvm.csv opencl:0=opencl.csv}
 */
public final class OnnxPage {
  private static final Path SOURCES = Path.of("frontend/src/main/java/dev/weft/frontend/onnx");
  private static final Pattern REGISTERED =
      Pattern.compile(
          "converters\\s*\\.?put\\(\\s*\"(\\w+)\"|Map\\.entry\\(\"(\\w+)\""
              + "|activation\\(\\s*converters,\\s*\"(\\w+)\"");
  private static final Pattern REFUSAL = Pattern.compile("unsupported\\(\\s*\"([^\"]+)\"");

  private OnnxPage() {}

  public static void main(String[] args) throws IOException {
    TreeMap<String, String> operators = new TreeMap<>();
    TreeMap<String, TreeSet<String>> refusals = new TreeMap<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.sorted().toList()) {
        String text = Files.readString(file);
        String unit = file.getFileName().toString().replace(".java", "");
        for (Matcher m = REGISTERED.matcher(text); m.find(); ) {
          String name =
              m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3);
          operators.put(name, unit);
        }
        for (Matcher m = REFUSAL.matcher(text); m.find(); ) {
          refusals.computeIfAbsent(unit, key -> new TreeSet<>()).add(m.group(1).strip());
        }
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add("# ONNX operators");
    lines.add("");
    lines.add("Written by `java scripts/OnnxPage.java`; don't edit.");
    lines.add("");
    lines.add(
        "The importer has converters for "
            + operators.size()
            + " operators, each for all versions of the operator sets. An operator or a use of one"
            + " that is not supported is reported by the import, all at once, with the node's"
            + " name.");
    lines.add("");
    lines.add("| converters in | operators |");
    lines.add("|---|---|");
    Map<String, List<String>> byUnit =
        operators.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getValue,
                    TreeMap::new,
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    byUnit.forEach(
        (unit, names) -> lines.add("| `" + unit + "` | " + String.join(", ", names) + " |"));
    lines.add("");
    lines.add("Refused, with a message that begins so:");
    lines.add("");
    refusals.forEach((unit, texts) -> lines.add("- `" + unit + "`: " + String.join("; ", texts)));
    for (String report : args) {
      int split = report.indexOf('=');
      lines.add("");
      lines.add("## ONNX backend tests on " + report.substring(0, split));
      lines.add("");
      report(Path.of(report.substring(split + 1)), lines);
    }
    Files.write(Path.of("docs/ONNX.md"), lines);
  }

  private static void report(Path file, List<String> lines) throws IOException {
    List<String> rows = Files.readAllLines(file);
    lines.add(rows.getLast().replaceFirst("^total,(\\d+),", "$1 tests: ") + ".");
    lines.add("");
    lines.add("| test | state | reason |");
    lines.add("|---|---|---|");
    for (String row : rows.subList(1, rows.size() - 1)) {
      String[] fields = row.split(",", 3);
      if (!fields[1].equals("pass")) {
        String detail = fields[2].replace("\"", "").replace("|", "/");
        String shown = detail.length() > 160 ? detail.substring(0, 160) + " …" : detail;
        lines.add("| " + fields[0] + " | " + fields[1] + " | " + shown + " |");
      }
    }
  }
}
