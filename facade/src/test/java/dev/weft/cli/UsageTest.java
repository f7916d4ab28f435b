package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {
  /** The words of every subcommand. */
  static Stream<List<String>> commands() {
    Console console =
        new Console(
            new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false);
    CommandLine root = new CommandLine(new WeftCommand(console), new CommandFactory(console));
    List<List<String>> found = new ArrayList<>();
    collect(root, List.of(), found);
    return found.stream();
  }

  private static void collect(CommandLine command, List<String> words, List<List<String>> found) {
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              List<String> longer = new ArrayList<>(words);
              longer.add(name);
              found.add(longer);
              collect(sub, longer, found);
            });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithAnExample(List<String> words) {
    List<String> args = new ArrayList<>(words);
    args.add("--help");
    Cli cli = Cli.run(args.toArray(String[]::new)).succeeded();
    assertThat(cli.out())
        .contains("Usage: weft " + String.join(" ", words))
        .containsPattern("Examples?:\n  weft " + words.getFirst());
    assertThat(cli.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void rootListsTheCommands() {
    assertThat(Cli.run("--help").succeeded().out())
        .contains("demo", "devices", "run", "inspect", "compile", "bench", "tir", "Exit status");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "run",
        "run model.onnx --nonsense",
        "run model.onnx --input x",
        "run model.onnx --input =y",
        "run model.onnx --top many",
        "run model.onnx --preprocess nonsense",
        "run model.onnx --labels names.txt",
        "run model.onnx --number 0",
        "run one.onnx two.onnx",
        "compile model.onnx",
        "compile model.onnx --opt-level 4 --dump x",
        "compile model.onnx --disable-pass nonsense --dump x",
        "compile model.onnx --disable-pass lower_to_tir --dump x",
        "compile model.onnx --pass-config fuse.depth=3 --dump x",
        "compile model.onnx --pass-config fuse_operators.max_operators=none --dump x",
        "run model.onnx --opt-level 4",
        "run model.onnx --disable-pass nonsense",
        "run model.weft --verify",
        "run model.weft --opt-level 1",
        "bench matmul --disable-pass nonsense",
        "bench model model.onnx --pass-config fuse.depth=3",
        "compile model.onnx --emit nonsense x",
        "compile model.onnx --emit tir",
        "compile model.onnx -o x.weft --target nonsense",
        "compile model.onnx -o x.weft --target opencl --target opencl",
        "bench",
        "bench nonsense",
        "bench matmul --m 0",
        "bench matmul --dtype f5",
        "bench matmul --rounds 0",
        "bench window-sum --window 0",
        "tir",
        "tir print f.py --dialect nonsense",
        "devices extra"
      })
  void wrongUsageIsOneLineAndStatus2(String line) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    Cli.run(args).failed(Main.USAGE, "--help");
  }

  @Test
  void wrongPassesAreToldThoseThatThereAre() {
    Cli.run("run", "model.onnx", "--disable-pass", "nonsense")
        .failed(Main.USAGE, "'nonsense'", "fuse_operators", "fold_constants");
    Cli.run("run", "model.onnx", "--pass-config", "x.y=1")
        .failed(Main.USAGE, "'x.y'", "fuse_operators.max_operators");
  }

  @Test
  void stackTraceIsPrintedOnRequestOnly() {
    Cli cli = Cli.run("run", "none.onnx", "--stacktrace");
    assertThat(cli.status()).isEqualTo(Main.FAILED);
    assertThat(cli.err()).contains("InputException", "\tat dev.weft");
  }
}
