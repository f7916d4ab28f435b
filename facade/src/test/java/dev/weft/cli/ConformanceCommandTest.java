package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.weft.base.Tensor;
import dev.weft.frontend.onnx.OnnxTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft conformance}: each way a test can end, in this process and in one of its own. */
final class ConformanceCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void tests() throws IOException {
    test("a_right", "Relu", 0, 0, 1, 2);
    test("b_off", "Relu", 0, 0, 1, 2.01f);
    test("c_unheard", "Unheard", 0, 0, 1, 2);
    Files.writeString(test("d_broken", "Relu", 0).resolve("model.onnx"), "this is no model");
    test("e_shape", "Relu", 0, 0, 1);
  }

  private Path test(String name, String operator, float... expected) throws IOException {
    Path test = Files.createDirectories(folder.resolve(name));
    Path set = Files.createDirectories(test.resolve("test_data_set_0"));
    List<NodeProto> nodes = List.of(Models.node(operator, "node", "x", "y"));
    Models.model(test, "model.onnx", nodes, "4");
    tensor(set.resolve("input_0.pb"), -1, 0, 1, 2);
    tensor(set.resolve("output_0.pb"), expected);
    return test;
  }

  private static void tensor(Path file, float... elements) {
    try (Tensor tensor = Tensor.of(elements, elements.length)) {
      OnnxTensors.write(file, "", tensor);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void saysHowEachTestEnded(String jobs) throws IOException {
    Path csv = folder.resolve("report.csv");
    Cli cli =
        Cli.run(
            "conformance",
            folder.toString(),
            "--device",
            "jvm",
            "--jobs",
            jobs,
            "--csv",
            csv.toString());
    assertThat(cli.status()).isEqualTo(Main.FAILED);
    assertThat(cli.out()).doesNotContain("a_right").contains("b_off,fail,");
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo("test,status,detail");
    assertThat(lines.get(1)).isEqualTo("a_right,pass,");
    assertThat(lines.get(2)).startsWith("b_off,fail,").contains("first at [3]");
    assertThat(lines.get(3)).isEqualTo("c_unheard,unsupported,Unheard");
    assertThat(lines.get(4)).startsWith("d_broken,error,").contains("ImportException: ");
    assertThat(lines.get(5)).startsWith("e_shape,fail,").contains("float32[4]");
    assertThat(lines.get(6)).isEqualTo("total,5,pass 1; fail 2; unsupported 1; error 1");
  }

  @Test
  void passesAlone() {
    assertThat(
            Cli.run("conformance", folder.resolve("a_right").toString(), "--device", "jvm")
                .succeeded()
                .out()
                .lines())
        .containsExactly(
            "test,status,detail",
            "a_right,pass,",
            "total,1,pass 1; fail 0; unsupported 0; error 0");
  }

  @Test
  void dataJsonSaysHowFarOff() throws IOException {
    Files.writeString(folder.resolve("b_off").resolve("data.json"), "{\"rtol\": 0.1}");
    Cli.run("conformance", folder.resolve("b_off").toString(), "--device", "jvm", "--jobs", "0")
        .succeeded();
  }

  @Test
  void wrongUseIsOneLine() {
    Cli.run("conformance", folder.resolve("none").toString()).failed(Main.FAILED, "none");
    Cli.run("conformance", folder.toString(), "--jobs", "-1").failed(Main.USAGE, "--jobs");
    Cli.run("conformance", folder.toString(), "--device", "quantum:7")
        .failed(Main.FAILED, "quantum:7");
  }
}
