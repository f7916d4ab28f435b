import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.doctree.ThrowsTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/**
 * Writes docs/primitives: a page for each schedule primitive, made of the Javadoc of the
 * primitive's file and of the methods of Schedule, an example taken from its case folders, and what
 * people read when it refuses. Run by {@code ./dev docs}; with {@code --check} it only says whether
 * the pages are up to date.
 */
class PrimitivePages {
  private static final Path SCHEDULE =
      Path.of("tir/src/main/java/dev/weft/tir/schedule/Schedule.java");
  private static final Path PRIMITIVES = SCHEDULE.resolveSibling("primitive");
  private static final Path CASES = Path.of("tir/src/test/resources/cases");
  private static final Path REFUSALS = Path.of("tir/src/test/resources/refusals");
  private static final Path PAGES = Path.of("docs/primitives");
  private static final Pattern LINK = Pattern.compile("\\{@link ([A-Z]\\w*)}");
  private static final Pattern RECORDED = Pattern.compile("\"([A-Z]\\w+)\"");
  private static final Pattern STEP = Pattern.compile("(?m)^\\s*\\[\"([A-Z]\\w+)\"");

  /** A method of Schedule. */
  private record Method(
      String name, String signature, String doc, String firstSentence, String kind) {}

  /** The methods of one primitive, and the text of its file. */
  private record Primitive(String file, List<Method> methods, String doc, String firstSentence) {
    String name() {
      return methods.getFirst().name();
    }
  }

  public static void main(String[] args) throws IOException {
    Map<String, String> pages = pages();
    List<String> stale = new ArrayList<>();
    if (Files.isDirectory(PAGES)) {
      try (Stream<Path> files = Files.list(PAGES)) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> !pages.containsKey(name))
            .forEach(stale::add);
      }
    }
    if (args.length > 0 && args[0].equals("--check")) {
      for (Map.Entry<String, String> page : pages.entrySet()) {
        Path file = PAGES.resolve(page.getKey());
        if (!Files.exists(file) || !Files.readString(file).equals(page.getValue())) {
          stale.add(page.getKey());
        }
      }
      if (!stale.isEmpty()) {
        System.err.println(PAGES + " is not up to date: run ./dev docs; " + stale);
        System.exit(1);
      }
      return;
    }
    Files.createDirectories(PAGES);
    for (String name : stale) {
      Files.delete(PAGES.resolve(name));
    }
    for (Map.Entry<String, String> page : pages.entrySet()) {
      Files.writeString(PAGES.resolve(page.getKey()), page.getValue());
    }
  }

  private static Map<String, String> pages() throws IOException {
    Map<String, List<Method>> methods = new LinkedHashMap<>();
    List<Method> others = new ArrayList<>();
    collect(methods, others);
    Map<String, String> pages = new TreeMap<>();
    StringBuilder index = new StringBuilder("# Schedule primitives\n\n");
    index.append("Written by `./dev docs`, from the Javadoc of the sources.\n\n");
    for (Map.Entry<String, List<Method>> entry : methods.entrySet()) {
      Primitive primitive = primitive(entry.getKey(), entry.getValue());
      pages.put(primitive.name() + ".md", page(primitive));
      index
          .append("- [")
          .append(primitive.name())
          .append("](")
          .append(primitive.name())
          .append(".md): ")
          .append(primitive.firstSentence())
          .append('\n');
    }
    index.append("\n## Queries and everything else of a schedule\n\n");
    for (Method method : others) {
      index.append("- `").append(method.signature()).append("`: ");
      index.append(method.firstSentence()).append('\n');
    }
    pages.put("README.md", index.toString());
    return pages;
  }

  private static void collect(Map<String, List<Method>> methods, List<Method> others)
      throws IOException {
    DocTrees[] trees = new DocTrees[1];
    CompilationUnitTree unit = parse(SCHEDULE, trees);
    ClassTree schedule = (ClassTree) unit.getTypeDecls().getFirst();
    TreePath path = new TreePath(new TreePath(unit), schedule);
    for (Tree member : schedule.getMembers()) {
      if (!(member instanceof MethodTree method)
          || !method.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
        continue;
      }
      String comment = trees[0].getDocComment(new TreePath(path, method));
      DocCommentTree doc = trees[0].getDocCommentTree(new TreePath(path, method));
      if (comment == null || doc == null) {
        throw new IllegalStateException("Schedule." + method.getName() + " has no Javadoc");
      }
      String body = method.getBody() == null ? "" : method.getBody().toString();
      Method made =
          new Method(
              method.getName().toString(),
              signature(method),
              text(doc),
              new Markdown().text(doc.getFirstSentence()).strip(),
              body.contains("recorder.add") || body.contains("sampled(") ? kind(body) : "");
      Optional<String> file =
          LINK.matcher(comment)
              .results()
              .map(m -> m.group(1))
              .filter(name -> Files.exists(PRIMITIVES.resolve(name + ".java")))
              .findFirst();
      if (file.isPresent() && !made.name().equals("unchecked")) {
        methods.computeIfAbsent(file.get(), key -> new ArrayList<>()).add(made);
      } else {
        others.add(made);
      }
    }
    if (methods.isEmpty()) {
      throw new IllegalStateException(SCHEDULE + " has no primitives");
    }
  }

  private static String kind(String body) {
    return RECORDED.matcher(body).results().map(m -> m.group(1)).findFirst().orElse("");
  }

  private static CompilationUnitTree parse(Path file, DocTrees[] trees) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  d -> {},
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjects(file));
      trees[0] = DocTrees.instance(task);
      return task.parse().iterator().next();
    }
  }

  private static String signature(MethodTree method) {
    String parameters =
        method.getParameters().stream()
            .map(p -> p.getType() + " " + p.getName())
            .map(p -> p.replace("@Nullable() ", "").replace("@Nullable ", ""))
            .collect(Collectors.joining(", "));
    return method.getReturnType() + " " + method.getName() + "(" + parameters + ")";
  }

  private static Primitive primitive(String file, List<Method> methods) throws IOException {
    DocTrees[] trees = new DocTrees[1];
    CompilationUnitTree unit = parse(PRIMITIVES.resolve(file + ".java"), trees);
    Tree type = unit.getTypeDecls().getFirst();
    DocCommentTree doc = trees[0].getDocCommentTree(new TreePath(new TreePath(unit), type));
    if (doc == null) {
      throw new IllegalStateException(file + " has no Javadoc");
    }
    String sentence = new Markdown().text(doc.getFirstSentence()).strip();
    return new Primitive(file, methods, text(doc), sentence);
  }

  private static String page(Primitive primitive) throws IOException {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(primitive.name()).append("\n\n");
    out.append("Written by `./dev docs`, from the Javadoc of `").append(primitive.file());
    out.append("` and `Schedule`.\n\n```java\n");
    primitive.methods().forEach(m -> out.append(m.signature()).append('\n'));
    out.append("```\n\n").append(primitive.doc().strip()).append('\n');
    for (Method method : primitive.methods()) {
      // Where the method's own text is more than the link to the class.
      if (method.doc().contains("**")) {
        out.append("\n### ").append("`").append(method.signature()).append("`\n\n");
        out.append(method.doc().strip()).append('\n');
      }
    }
    String kind =
        primitive.methods().stream()
            .map(Method::kind)
            .filter(k -> !k.isEmpty())
            .findFirst()
            .orElse("");
    Optional<Path> example = example(kind);
    if (example.isPresent()) {
      Path folder = example.get();
      out.append("\n## Example: `").append(folder.getFileName()).append("`\n\n");
      out.append("In a trace, the last step being this primitive:\n\n```json\n");
      out.append(trace(folder)).append("\n```\n\nBefore:\n\n```python\n");
      out.append(Files.readString(folder.resolve("before.py")).strip());
      out.append("\n```\n\nAfter:\n\n```python\n");
      out.append(Files.readString(folder.resolve("expected.py")).strip()).append("\n```\n");
    }
    Path refusals = REFUSALS.resolve(primitive.name() + ".txt");
    if (Files.exists(refusals)) {
      String[] all = Files.readString(refusals).split("(?m)^== .*\n");
      out.append("\n## When it refuses\n\n");
      Stream.of(all)
          .map(PrimitivePages::reason)
          .filter(r -> !r.isEmpty())
          .distinct()
          .forEach(reason -> out.append("- ").append(reason).append('\n'));
      out.append("\nThe first of these in full:\n\n```text\n");
      out.append(all[1].strip()).append("\n```\n");
    }
    return out.toString();
  }

  private static String reason(String refusal) {
    return refusal.lines().filter(line -> line.contains(" was refused: ")).findFirst().orElse("");
  }

  /** The steps, each on its line; the graphs of index maps left out. */
  private static String trace(Path folder) throws IOException {
    String text = Files.readString(folder.resolve("trace.json")).strip();
    return text.replaceAll("\"\\{(?:[^\"\\\\]|\\\\.)*+\"", "\"{…}\"");
  }

  /** The smallest accepted case whose last step is of a kind. */
  private static Optional<Path> example(String kind) throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("expected.py")))
          // One without legality checks shows what should not be done.
          .filter(folder -> !Files.exists(folder.resolve("meta.json")))
          .filter(folder -> last(folder).equals(kind))
          .min(Comparator.comparingLong(PrimitivePages::size).thenComparing(f -> f.toString()));
    }
  }

  private static long size(Path folder) {
    try {
      return Files.size(folder.resolve("before.py")) + Files.size(folder.resolve("expected.py"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String last(Path folder) {
    try {
      String text = Files.readString(folder.resolve("trace.json"));
      List<MatchResult> steps = STEP.matcher(text).results().toList();
      return steps.isEmpty() ? "" : steps.getLast().group(1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String text(DocCommentTree doc) {
    StringBuilder out = new StringBuilder(new Markdown().text(doc.getFullBody()));
    for (DocTree tag : doc.getBlockTags()) {
      switch (tag) {
        case ParamTree p ->
            out.append("\n- **")
                .append(p.getName())
                .append("**: ")
                .append(new Markdown().text(p.getDescription()).strip());
        case ThrowsTree t ->
            out.append("\n- **throws ")
                .append(t.getExceptionName())
                .append("** ")
                .append(new Markdown().text(t.getDescription()).strip());
        default -> {}
      }
    }
    return out.toString();
  }

  /** Javadoc as Markdown: the tags that these sources use. */
  private static final class Markdown {
    private final StringBuilder out = new StringBuilder();
    private boolean numbered;
    private boolean verbatim;
    private int number;

    String text(List<? extends DocTree> trees) {
      trees.forEach(this::add);
      return out.toString().replaceAll("[ \t]+\n", "\n").replaceAll("\n{3,}", "\n\n");
    }

    private void add(DocTree tree) {
      switch (tree) {
        case TextTree t -> out.append(verbatim ? t.getBody() : t.getBody().replaceAll("\\s+", " "));
        case LiteralTree l ->
            out.append(
                verbatim
                    ? l.getBody().getBody()
                    : "`" + l.getBody().getBody().replaceAll("\\s+", " ") + "`");
        case LinkTree l -> {
          String target = l.getReference().getSignature().replace("#", "");
          out.append(
              l.getLabel().isEmpty() ? "`" + target + "`" : new Markdown().text(l.getLabel()));
        }
        case EntityTree e -> out.append(entity(e.getName().toString()));
        case StartElementTree s -> start(s.getName().toString());
        case EndElementTree e -> end(e.getName().toString());
        default -> out.append(tree);
      }
    }

    private static String entity(String name) {
      return switch (name) {
        case "lt" -> "<";
        case "gt" -> ">";
        case "amp" -> "&";
        default -> "&" + name + ";";
      };
    }

    private void start(String name) {
      switch (name) {
        case "p" -> out.append("\n\n");
        case "ol" -> {
          numbered = true;
          number = 0;
        }
        case "ul" -> numbered = false;
        case "li" -> out.append(numbered ? "\n" + ++number + ". " : "\n- ");
        case "pre" -> {
          verbatim = true;
          out.append("\n\n```python");
        }
        default -> throw new IllegalStateException("the tag <" + name + "> has no Markdown here");
      }
    }

    private void end(String name) {
      switch (name) {
        case "pre" -> {
          verbatim = false;
          out.append("```\n");
        }
        case "ol", "ul" -> out.append('\n');
        default -> {}
      }
    }
  }
}
