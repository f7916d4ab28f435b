package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tutorial's code is this module's code. Above each block of {@code docs/TUTORIAL.md} stands
 * where it is from: {@code <!-- code Matmul.plain -->} a method, {@code <!-- text Matmul.script 2
 * -->} the second text block in one. {@code -Dweft.updateGolden=true} writes the blocks anew.
 */
final class TutorialTest {
  private static final Pattern SNIPPET =
      Pattern.compile(
          "<!-- (code|text) (\\w+)\\.(\\w+)(?: (\\d+))? -->\\R```(?:java|python)\\R(.*?)```\\R",
          Pattern.DOTALL);

  /** The repository's root: above the module in which the tests run, or the folder itself. */
  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("docs/TUTORIAL.md")) ? here : here.resolveSibling("");
  }

  @Test
  void theTutorialShowsTheCodeAsItIs() throws IOException {
    Path file = root().resolve("docs/TUTORIAL.md");
    String tutorial = Files.readString(file);
    assertThat(tutorial.split("```", -1).length / 2)
        .as("every block has its place")
        .isEqualTo((int) SNIPPET.matcher(tutorial).results().count());
    String current = SNIPPET.matcher(tutorial).replaceAll(TutorialTest::current);
    if (Boolean.getBoolean("weft.updateGolden")) {
      Files.writeString(file, current);
    }
    assertThat(Files.readString(file)).isEqualTo(current);
  }

  private static String current(MatchResult snippet) {
    String code = method(source(snippet.group(2)), snippet.group(2), snippet.group(3));
    boolean whole = snippet.group(1).equals("code");
    String number = snippet.group(4);
    String block = whole ? code : textBlock(code, number == null ? 1 : Integer.parseInt(number));
    String start = snippet.group().substring(0, snippet.start(5) - snippet.start());
    return Matcher.quoteReplacement(start + block + "```\n");
  }

  private static List<String> source(String type) {
    try (Stream<Path> files = Files.walk(root().resolve("kernels-test/src"))) {
      Path file =
          files
              .filter(path -> path.getFileName().toString().equals(type + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no class " + type));
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A method without its Javadoc; members are indented by two spaces, and so is their end. */
  private static String method(List<String> lines, String type, String name) {
    Pattern start = Pattern.compile("  \\w[\\w<>\\[\\], .]* " + name + "\\(.*");
    for (int i = 0; i < lines.size(); i++) {
      if (start.matcher(lines.get(i)).matches()) {
        int end = lines.subList(i, lines.size()).indexOf("  }");
        return lines.subList(i, i + end + 1).stream()
            .map(line -> line.substring(Math.min(2, line.length())))
            .collect(Collectors.joining("\n", "", "\n"));
      }
    }
    return fail("%s has no method %s", type, name);
  }

  private static String textBlock(String code, int number) {
    List<String> parts =
        Pattern.compile("\"\"\"\\R(.*?)\"\"\"", Pattern.DOTALL)
            .matcher(code)
            .results()
            .map(block -> block.group(1).stripIndent())
            .toList();
    assertThat(parts).hasSizeGreaterThanOrEqualTo(number);
    return parts.get(number - 1).stripTrailing() + "\n";
  }
}
