package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir private Path folder;

  @Test
  void printsWhatTheModelIs() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    JsonNode json = Cli.run("inspect", model.toString(), "--json", "-").succeeded().json();
    assertThat(json.path("inputs").path(0).path("name").asText()).isEqualTo("image");
    assertThat(json.path("inputs").path(0).path("shape")).hasSize(4);
    assertThat(json.path("outputs").path(0).path("dtype").asText()).isEqualTo("float32");
    // The file is about 108 kB, nearly all of it float32 parameters.
    assertThat(json.path("parameter_bytes").asLong()).isBetween(90_000L, 108_415L);
    assertThat(json.path("operators").path("conv2d").asInt()).isPositive();
    assertThat(json.path("flops").asDouble()).isGreaterThan(1e5);
    assertThat(json.path("peak_bytes").asLong())
        .isGreaterThan(json.path("parameter_bytes").asLong());
    assertThat(Cli.run("inspect", model.toString()).succeeded().out())
        .contains("input image: float32 [1, 1, 28, 28]", "output logits", "operators:");
  }

  @Test
  void thePeakIsWhatTheDeviceCounts() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    long peak =
        Cli.run("inspect", model.toString(), "--json", "-")
            .succeeded()
            .json()
            .path("peak_bytes")
            .asLong();
    try (Model compiled = Weft.load(model).compile("interpreter")) {
      compiled.run(Map.of("image", Tensor.allocate(DType.FLOAT32, 1, 1, 28, 28)));
      assertThat(compiled.device().memory().peakBytes()).isEqualTo(peak);
    }
  }

  @Test
  void saysWhatACompiledModelHolds() throws IOException {
    Path model = Models.relu(folder, "n", "10");
    Path compiled = folder.resolve("relu.weft");
    Cli.run(
            "compile",
            model.toString(),
            "-o",
            compiled.toString(),
            "--target",
            "jvm",
            "--target",
            "opencl")
        .succeeded();
    JsonNode json = Cli.run("inspect", compiled.toString(), "--json", "-").succeeded().json();
    assertThat(json.path("inputs").path(0).path("shape").path(0).asText()).isEqualTo("n");
    assertThat(json.path("targets").findValuesAsText("target")).containsExactly("jvm", "opencl");
    assertThat(json.path("targets").findValuesAsText("what")).containsExactly("relu", "relu");
  }

  @Test
  void countsOperations() throws IOException {
    Path model = Models.relu(folder, "n", "10");
    JsonNode json = Cli.run("inspect", model.toString(), "--json", "-").succeeded().json();
    assertThat(json.path("flops").asDouble()).isEqualTo(10);
    assertThat(json.path("inputs").path(0).path("shape").path(0).asText()).isEqualTo("n");
  }

  @Test
  void listsAllUnsupportedNodes() throws IOException {
    Path model =
        Models.model(
            folder,
            "odd.onnx",
            List.of(
                Models.node("StringNormalizer", "first", "x", "a"),
                Models.node("Relu", "fine", "x", "b"),
                Models.node("RegexFullMatch", "second", "b", "y")),
            "4");
    Cli cli = Cli.run("inspect", model.toString());
    assertThat(cli.status()).isEqualTo(Main.FAILED);
    assertThat(cli.out()).contains("StringNormalizer", "RegexFullMatch").doesNotContain("fine");
    JsonNode json = Cli.run("inspect", model.toString(), "--json", "-").json();
    assertThat(json.path("unsupported")).hasSize(2);
    assertThat(json.path("unsupported").path(0).path("op").asText()).isEqualTo("StringNormalizer");
  }
}
