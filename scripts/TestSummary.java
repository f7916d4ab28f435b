import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Sums up a test run of all modules: what failed, what was skipped and why, counts per device.
 *
 * <p>Reads the XML reports of Surefire and the lines {@code device,passed,failed,skipped} of {@code
 * target/device-counts/*.csv}. Run by {@code ./dev} in the project's root with one argument, {@code
 * passed} or {@code failed}: whether the build itself went through. A failed build counts as one
 * failure. The last line is always {@code N passed, N failed, N skipped}; the exit status is 0 only
 * when something passed and nothing failed.
 */
public final class TestSummary {
  private long tests;
  private long failed;
  private long skipped;
  private final List<String> failures = new ArrayList<>();
  private final Map<String, Integer> skipReasons = new TreeMap<>();
  private final Map<String, long[]> devices = new TreeMap<>();

  public static void main(String[] args) throws Exception {
    var summary = new TestSummary();
    for (Path file : below(Path.of("."))) {
      String folder = file.getParent().getFileName().toString();
      String name = file.getFileName().toString();
      if (folder.equals("surefire-reports") && name.matches("TEST-.*\\.xml")) {
        summary.addReport(file);
      } else if (folder.equals("device-counts") && name.endsWith(".csv")) {
        summary.addDeviceCounts(file);
      }
    }
    boolean buildFailed = args.length > 0 && args[0].equals("failed");
    System.exit(summary.print(buildFailed) ? 0 : 1);
  }

  private static List<Path> below(Path root) throws IOException {
    try (Stream<Path> files = Files.find(root, 5, (path, a) -> a.isRegularFile())) {
      return files.filter(path -> path.toString().contains("/target/")).sorted().toList();
    }
  }

  private void addReport(Path file) throws Exception {
    Element suite =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(file.toFile())
            .getDocumentElement();
    NodeList cases = suite.getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      String name = test.getAttribute("classname") + "." + test.getAttribute("name");
      tests++;
      Element failure = child(test, "failure");
      Element error = failure == null ? child(test, "error") : failure;
      Element skip = child(test, "skipped");
      if (error != null) {
        failed++;
        failures.add(name + ": " + firstLine(error.getAttribute("message")));
      } else if (skip != null) {
        skipped++;
        // An assumption that fails leaves its reason in the text, behind the exception's name.
        String message = skip.getAttribute("message");
        String reason = message.isBlank() ? skip.getTextContent() : message;
        skipReasons.merge(
            firstLine(reason.replaceFirst("^\\s*[\\w.]+: (Assumption failed: )?", "")),
            1,
            Integer::sum);
      }
    }
  }

  private static Element child(Element parent, String tag) {
    return (Element) parent.getElementsByTagName(tag).item(0);
  }

  private static String firstLine(String text) {
    return text.isBlank() ? "(no reason given)" : text.strip().lines().findFirst().orElseThrow();
  }

  private void addDeviceCounts(Path file) throws IOException {
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split(",");
      if (fields.length != 4 || fields[1].equals("passed")) {
        continue;
      }
      long[] counts = devices.computeIfAbsent(fields[0].strip(), key -> new long[3]);
      for (int i = 0; i < 3; i++) {
        counts[i] += Long.parseLong(fields[i + 1].strip());
      }
    }
  }

  private boolean print(boolean buildFailed) {
    if (!failures.isEmpty()) {
      System.out.println("failed:");
      failures.forEach(line -> System.out.println("  " + line));
    }
    if (!skipReasons.isEmpty()) {
      System.out.println("skipped:");
      skipReasons.forEach((why, n) -> System.out.println("  " + n + " x " + why));
    }
    if (!devices.isEmpty()) {
      System.out.println("per device:");
      devices.forEach(
          (device, n) ->
              System.out.printf(
                  "  %-16s %d passed, %d failed, %d skipped%n", device, n[0], n[1], n[2]));
    }
    if (buildFailed) {
      System.out.println("the build failed: see above (counted as one failure)");
      failed++;
      tests++;
    }
    long passed = tests - failed - skipped;
    if (passed == 0) {
      System.out.println("no test passed");
    }
    System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
    return failed == 0 && passed > 0;
  }
}
