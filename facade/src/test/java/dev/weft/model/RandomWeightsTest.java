package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.frontend.onnx.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published architectures, at small size, come with equal weights, under which most mistakes don't
 * show: they get random ones and must agree with ONNX Runtime.
 */
final class RandomWeightsTest {
  private static final Map<String, byte[]> NETWORKS = PictureNetworks.all(32, 16, 1000);

  @TempDir private Path folder;

  private Path filled(byte[] model, long seed) throws IOException {
    Path plain = Files.write(folder.resolve("model.onnx"), model);
    Path to = Files.createTempDirectory(folder, "filled");
    return RandomWeights.write(plain, seed, to);
  }

  static Stream<Arguments> networks() {
    return Stream.concat(
        NETWORKS.keySet().stream().map(name -> Arguments.of(name, "opencl:0")),
        Stream.of(Arguments.of("plain", "jvm")));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void networksAgreeWithOnnxRuntime(String name, String device) throws Exception {
    ModelCheck.assumeThere(device);
    Path file = filled(Objects.requireNonNull(NETWORKS.get(name)), 7);
    Map<String, Tensor> inputs = Map.of("data", SampleModels.random(8, 1, 3, 32, 32));
    try (OnnxRuntimeOracle oracle = new OnnxRuntimeOracle(file);
        Model model = Weft.load(file).compile(device)) {
      Tensor expected = Objects.requireNonNull(oracle.run(inputs).get("probabilities"));
      Tensor actual = Objects.requireNonNull(model.run(inputs).get("probabilities"));
      assertThat(Arrays.stream(toDoubles(expected)).max().orElse(0))
          .as("the largest probability: equal ones would hide mistakes, a lone one most of them")
          .isBetween(2e-3, 0.9);
      TensorComparison comparison = TensorComparison.of(actual, expected, new Tolerance(1e-3, 0));
      assertThat(comparison.agrees()).as(comparison.report()).isTrue();
    }
  }

  private static double[] toDoubles(Tensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = tensor.getDouble(i);
    }
    return values;
  }

  @Test
  void oneSeedGivesTheSameWeights() throws IOException {
    byte[] model = Objects.requireNonNull(NETWORKS.get("dense"));
    Path first = filled(model, 1).resolveSibling("weights.bin");
    Path again = filled(model, 1).resolveSibling("weights.bin");
    Path other = filled(model, 2).resolveSibling("weights.bin");
    assertThat(Files.mismatch(first, again)).isEqualTo(-1);
    assertThat(Files.mismatch(first, other)).isNotEqualTo(-1);
  }

  @Test
  void refusesAModelWithoutWeights() {
    byte[] model =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, 3)
            .node("Relu", "x", "y")
            .output("y")
            .bytes();
    assertThatThrownBy(() -> filled(model, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no weights");
  }
}
