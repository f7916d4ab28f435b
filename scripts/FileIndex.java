import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the part "File by file" of docs/ARCHITECTURE.md from the first sentence of each class's
 * Javadoc, so that the text is kept in one place. Run by {@code ./dev docs}; with {@code --check} it
 * only says whether the page is up to date.
 */
class FileIndex {
  private static final String BEGIN = "<!-- file index: written by ./dev docs -->";
  private static final List<String> MODULES =
      List.of(
          "base",
          "tir",
          "graph",
          "frontend",
          "runtime-gpu/core",
          "runtime-gpu/opencl",
          "gpu-lowering",
          "codegen-c",
          "codegen-opencl",
          "compiler",
          "facade");
  private static final Pattern DECLARATION =
      Pattern.compile(
          "^(?:public |abstract |final |sealed |non-sealed )*"
              + "(?:class|interface|record|enum|@interface) ",
          Pattern.MULTILINE);
  private static final Pattern JAVADOC = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);

  public static void main(String[] args) throws IOException {
    Path page = Path.of("docs/ARCHITECTURE.md");
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    if (begin < 0) {
      throw new IllegalStateException(page + " has no line " + BEGIN);
    }
    String updated = text.substring(0, begin) + BEGIN + "\n" + index();
    if (args.length > 0 && args[0].equals("--check")) {
      if (!updated.equals(text)) {
        System.err.println(page + " is not up to date: run ./dev docs");
        System.exit(1);
      }
      return;
    }
    Files.writeString(page, updated);
  }

  private static String index() throws IOException {
    StringBuilder out = new StringBuilder();
    for (String module : MODULES) {
      Path root = Path.of(module, "src/main/java");
      Map<Path, Map<String, Path>> folders = new TreeMap<>();
      try (Stream<Path> files = Files.walk(root)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(
                file ->
                    folders
                        .computeIfAbsent(file.getParent(), f -> new TreeMap<>())
                        .put(file.getFileName().toString(), file));
      }
      out.append("\n### ").append(module).append("/\n");
      for (Map.Entry<Path, Map<String, Path>> folder : folders.entrySet()) {
        String name = root.relativize(folder.getKey()).toString().replace('/', '.');
        out.append("\n**").append(name).append("**");
        Path packageInfo = folder.getValue().get("package-info.java");
        if (packageInfo != null) {
          out.append(": ").append(sentence(packageInfo));
        }
        out.append("\n\n");
        for (Map.Entry<String, Path> file : folder.getValue().entrySet()) {
          if (!file.getKey().equals("package-info.java")) {
            out.append("- `").append(file.getKey().replace(".java", "")).append("`: ");
            out.append(sentence(file.getValue())).append('\n');
          }
        }
      }
    }
    return out.toString();
  }

  /** The first sentence of the last Javadoc before the type's (or package's) declaration. */
  private static String sentence(Path file) throws IOException {
    String source = Files.readString(file);
    Matcher declaration = DECLARATION.matcher(source);
    int end = declaration.find() ? declaration.start() : source.length();
    Matcher javadoc = JAVADOC.matcher(source.substring(0, end));
    String comment = null;
    while (javadoc.find()) {
      comment = javadoc.group(1);
    }
    if (comment == null) {
      throw new IllegalStateException(file + " has no Javadoc");
    }
    String text =
        comment
            .replaceAll("(?m)^\\s*\\* ?", "")
            .replaceAll("\\s+", " ")
            .replaceAll("\\{@code ([^}]*)}", "`$1`")
            .replaceAll("\\{@link(?:plain)? #?([^ }]*)}", "`$1`")
            .replaceAll("\\{@link(?:plain)? [^ }]* ([^}]*)}", "$1")
            .replaceAll("<[^>]*>", "")
            .strip();
    Matcher stop = Pattern.compile("(?<!e\\.g|i\\.e|cf)[.](?= |$)").matcher(text);
    return stop.find() ? text.substring(0, stop.end()) : text;
  }
}
