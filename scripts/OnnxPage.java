import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes docs/ONNX.md: the operators that the importer has converters for, read from its sources;
 * from an index of tests ({@code index=FILE}, with the columns test, ops, opset, dtypes, category)
 * and reports of `weft conformance` (DEVICE=FILE ...) a table operator by version by element types
 * with its state, the totals, and what does not pass.
 *
 * <p>{@code java scripts/OnnxPage.java index=index.csv jvm=jvm.csv opencl:0=opencl.csv}; several
 * files of one kind are separated by commas.
 */
public final class OnnxPage {
  private static final Path SOURCES = Path.of("frontend/src/main/java/dev/weft/frontend/onnx");
  private static final Pattern REGISTERED =
      Pattern.compile(
          "converters\\s*\\.?put\\(\\s*\"(\\w+)\"|Map\\.entry\\(\"(\\w+)\""
              + "|(?:activation|early)\\(\\s*converters,\\s*\"(\\w+)\"");
  private static final Path RANDOM_MODELS = Path.of("facade/src/test/java/dev/weft/model");
  private static final Pattern NAME = Pattern.compile("\"([A-Z][A-Za-z0-9]+)\"");
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
    Map<String, List<Path>> index = new TreeMap<>();
    Map<String, List<Path>> reports = new TreeMap<>();
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      List<Path> files = Stream.of(parts[1].split(",")).map(Path::of).toList();
      (parts[0].equals("index") ? index : reports).put(parts[0], files);
    }
    if (!index.isEmpty()) {
      table(index.get("index"), reports, operators.keySet(), lines);
    }
    for (Map.Entry<String, List<Path>> report : reports.entrySet()) {
      lines.add("");
      lines.add("## ONNX backend tests on " + report.getKey());
      for (Path file : report.getValue()) {
        lines.add("");
        report(file, lines);
      }
    }
    Files.write(Path.of("docs/ONNX.md"), lines);
  }

  /** The tests of one operator in one version on the same element types. */
  private record Row(String operator, int opset, String dtypes) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      int order = operator.compareTo(other.operator);
      order = order == 0 ? Integer.compare(opset, other.opset) : order;
      return order == 0 ? dtypes.compareTo(other.dtypes) : order;
    }
  }

  private static void table(
      List<Path> index, Map<String, List<Path>> reports, Set<String> operators, List<String> lines)
      throws IOException {
    Map<String, Map<String, String>> states = new TreeMap<>();
    for (Map.Entry<String, List<Path>> report : reports.entrySet()) {
      Map<String, String> own = states.computeIfAbsent(report.getKey(), device -> new TreeMap<>());
      for (Path file : report.getValue()) {
        for (String line : Files.readAllLines(file)) {
          String[] fields = line.split(",", 3);
          own.put(fields[0], fields[1]);
        }
      }
    }
    TreeMap<Row, List<String>> tests = new TreeMap<>();
    TreeSet<String> inTests = new TreeSet<>();
    for (Path file : index) {
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.split(",");
        if (fields.length < 5 || fields[0].equals("test")) {
          continue;
        }
        inTests.addAll(List.of(fields[1].split(";")));
        if (!fields[1].contains(";") && !fields[2].contains(";")) {
          Row row = new Row(fields[1], Integer.parseInt(fields[2]), fields[3].replace(";", ", "));
          tests.computeIfAbsent(row, any -> new ArrayList<>()).add(fields[0]);
        }
      }
    }
    lines.add("");
    lines.add("## Operator by version of the operator set by element types");
    lines.add("");
    lines.add(
        "Tests of one operator each, of those ONNX backend tests that the project has: how many of"
            + " them pass.");
    lines.add("");
    lines.add("| operator | opset | element types | " + String.join(" | ", states.keySet()) + " |");
    lines.add("|---|---|---|" + "---|".repeat(states.size()));
    tests.forEach(
        (row, names) -> {
          StringBuilder line = new StringBuilder("| ");
          line.append(row.operator()).append(" | ").append(row.opset());
          line.append(" | ").append(row.dtypes()).append(" |");
          for (Map<String, String> own : states.values()) {
            long run = names.stream().filter(own::containsKey).count();
            long pass = names.stream().filter(name -> "pass".equals(own.get(name))).count();
            line.append(run == 0 ? " not run |" : " " + pass + " of " + run + " |");
          }
          lines.add(line.toString());
        });
    TreeSet<String> alone = new TreeSet<>();
    tests.keySet().forEach(row -> alone.add(row.operator()));
    TreeSet<String> drawn = new TreeSet<>();
    try (Stream<Path> files = Files.list(RANDOM_MODELS)) {
      for (Path file : files.sorted().toList()) {
        for (Matcher m = NAME.matcher(Files.readString(file)); m.find(); ) {
          drawn.add(m.group(1));
        }
      }
    }
    TreeSet<String> together = new TreeSet<>(operators);
    together.removeAll(alone);
    TreeSet<String> unseen = new TreeSet<>(together);
    together.retainAll(inTests);
    unseen.removeAll(inTests);
    TreeSet<String> compared = new TreeSet<>(unseen);
    compared.retainAll(drawn);
    unseen.removeAll(drawn);
    lines.add("");
    lines.add("In tests with other operators only: " + String.join(", ", together) + ".");
    lines.add("");
    lines.add(
        "In no such test, compared with ONNX Runtime on random models (`./dev fuzz onnx` and the"
            + " model tests): "
            + String.join(", ", compared)
            + ".");
    lines.add("");
    lines.add("In neither: " + String.join(", ", unseen) + ".");
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
