package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.base.Tensor;
import dev.weft.frontend.npy.NpyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 7})
  void classifiesAPicture(int digit) throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path picture = Models.demoFile(folder, "digit-" + digit + ".png");
    Path labels = folder.resolve("labels.txt");
    Files.writeString(labels, "nil\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
    JsonNode json =
        Cli.run(
                "run",
                model.toString(),
                "--input",
                "image=" + picture,
                "--preprocess",
                "unit",
                "--device",
                "interpreter",
                "--verify",
                "--top",
                "3",
                "--labels",
                labels.toString(),
                "--json",
                "-")
            .succeeded()
            .json();
    assertThat(json.path("device").asText()).isEqualTo("interpreter");
    JsonNode output = json.path("outputs").path(0);
    assertThat(output.path("name").asText()).isEqualTo("logits");
    assertThat(output.path("verify").path("agrees").asBoolean()).isTrue();
    assertThat(output.path("top")).hasSize(3);
    JsonNode best = output.path("top").path(0);
    assertThat(best.path("index").asInt()).isEqualTo(digit);
    assertThat(best.path("label").asText()).isEqualTo(Files.readAllLines(labels).get(digit));
    assertThat(best.path("score").asDouble())
        .isGreaterThan(output.path("top").path(1).path("score").asDouble());
  }

  @Test
  void runsACompiledModelAsItRunsTheModel() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path compiled = folder.resolve("digits.weft");
    String picture = "image=" + Models.demoFile(folder, "digit-4.png");
    Cli.run("compile", model.toString(), "-o", compiled.toString(), "--target", "jvm").succeeded();
    Files.createDirectories(folder.resolve("a"));
    Files.createDirectories(folder.resolve("b"));
    for (String file : List.of(model.toString(), compiled.toString())) {
      String out = folder.resolve(file.endsWith("x") ? "a" : "b").toString();
      JsonNode json =
          Cli.run(
                  "run",
                  file,
                  "--input",
                  picture,
                  "--preprocess",
                  "unit",
                  "--device",
                  "jvm",
                  "-o",
                  out,
                  "--top",
                  "1",
                  "--json",
                  "-")
              .succeeded()
              .json();
      assertThat(json.path("outputs").path(0).path("top").path(0).path("index").asInt())
          .isEqualTo(4);
    }
    assertThat(Files.readAllBytes(folder.resolve("b/logits.npy")))
        .isEqualTo(Files.readAllBytes(folder.resolve("a/logits.npy")));
    // best: there are kernels for jvm only.
    Cli.run("run", compiled.toString(), "--input", picture, "--preprocess", "unit").succeeded();
    Cli.run("run", compiled.toString(), "--input", picture, "--device", "interpreter")
        .failed(Main.FAILED, "interpreter", "jvm");
  }

  @Test
  void theReceiptShowsWhatALibraryDid() throws IOException {
    String model = Models.demoFile(folder, "digits.onnx").toString();
    JsonNode json =
        Cli.run(
                "run",
                model,
                "--input",
                "image=random",
                "--size",
                "batch=1",
                "--device",
                "jvm",
                "--library",
                "openblas",
                "--verify",
                "--profile",
                "--json",
                "-")
            .succeeded()
            .json();
    assertThat(json.path("receipt").findValuesAsText("where")).contains("openblas", "jvm");
    assertThat(json.path("profile").findValuesAsText("name")).contains("openblas.matmul");
    assertThat(json.path("outputs").path(0).path("verify").path("agrees").asBoolean()).isTrue();
    Cli.run("run", model, "--library", "nonsense").failed(Main.USAGE, "'nonsense'", "openblas");
  }

  @Test
  void compiledModelsThatAreDamagedOrMissingAreRefused() throws IOException {
    Path file = folder.resolve("x.weft");
    Cli.run("run", file.toString(), "--input", "x=random").failed(Main.FAILED, "x.weft");
    Files.writeString(file, "nothing of the kind");
    Cli.run("run", file.toString(), "--input", "x=random").failed(Main.FAILED, "x.weft");
  }

  @Test
  void jsonForScriptsHasTheIndexFirst() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path picture = Models.demoFile(folder, "digit-7.png");
    String json =
        Cli.run(
                "run",
                model.toString(),
                "--input=image=" + picture,
                "--preprocess=unit",
                "--device=interpreter",
                "--top=1",
                "--json=-")
            .succeeded()
            .out();
    assertThat(json.replaceAll("\\s", "")).contains("\"top\":[{\"index\":7,");
  }

  @Test
  void readsAndWritesTensors() throws IOException {
    Path input = folder.resolve("x.npy");
    try (Tensor tensor = Tensor.of(new float[] {-1, 2, -3, 4}, 1, 4)) {
      NpyFiles.write(input, tensor);
    }
    Path out = folder.resolve("out/deep");
    Cli cli =
        Cli.run(
                "run",
                Models.relu(folder, "1", "4").toString(),
                "--input",
                "x=" + input,
                "--device",
                "interpreter",
                "--verify",
                "-o",
                out.toString())
            .succeeded();
    assertThat(cli.out())
        .contains("y: float32[1, 4] [0.0, 2.0, 0.0, 4.0]")
        .contains("verify y: 4 elements agree")
        .contains("wrote " + out.resolve("y.npy"));
    try (Tensor written = NpyFiles.read(out.resolve("y.npy"))) {
      assertThat(written.toFloats()).containsExactly(0, 2, 0, 4);
    }
  }

  @Test
  void randomInputsDependOnTheSeedOnly() throws IOException {
    String model = Models.relu(folder, "n", "4").toString();
    String[] args = {
      "run", model, "--input", "x=random", "--size", "n=3", "--device", "interpreter", "--seed", "5"
    };
    String first = Cli.run(args).succeeded().out();
    assertThat(first).startsWith("y: float32[3, 4] [");
    assertThat(Cli.run(args).succeeded().out()).isEqualTo(first);
    args[args.length - 1] = "6";
    assertThat(Cli.run(args).succeeded().out()).isNotEqualTo(first);
  }

  @Test
  void timesAndProfiles() throws IOException {
    JsonNode json =
        Cli.run(
                "run",
                Models.relu(folder, "64").toString(),
                "--input",
                "x=random",
                "--device",
                "interpreter",
                "--repeat",
                "4",
                "--number",
                "2",
                "--profile",
                "--json",
                "-")
            .succeeded()
            .json();
    assertThat(json.path("time").path("count").asInt()).isEqualTo(4);
    assertThat(json.path("time").path("number").asInt()).isEqualTo(2);
    assertThat(json.path("time").path("median_ms").asDouble()).isPositive();
    assertThat(json.path("profile")).anyMatch(each -> each.path("kind").asText().equals("kernel"));
  }

  @Test
  void jsonGoesToAFileBesideTheText() throws IOException {
    Path file = folder.resolve("figures.json");
    Cli cli =
        Cli.run(
                "run",
                Models.relu(folder, "2").toString(),
                "--input",
                "x=random",
                "--device",
                "interpreter",
                "--json",
                file.toString())
            .succeeded();
    assertThat(cli.out()).startsWith("y: float32[2]");
    assertThat(Files.readString(file)).contains("\"outputs\"");
  }
}
