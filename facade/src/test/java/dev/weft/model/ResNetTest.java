package dev.weft.model;

import static dev.weft.base.DType.FLOAT32;
import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.Model;
import dev.weft.base.Tensor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Residual networks in their second version (He et al., "Identity Mappings in Deep Residual
 * Networks", 2016) as the ONNX model zoo has them, with weights from a fixed seed: a narrow one
 * always, ResNet-50 (25 million weights, a minute or more) with {@code -Dweft.test.resnet50=true}.
 */
final class ResNetTest {
  private final Random random = new Random(50);
  private final OnnxWriter writer = OnnxWriter.opset(9);
  private int count;

  private Tensor normal(double scale, double middle, long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, middle + scale * random.nextGaussian());
    }
    return tensor;
  }

  private String fresh() {
    return "v" + count++;
  }

  private String normalised(String x, int channels) {
    String y = fresh();
    Tensor variance = normal(0, 1, channels);
    for (int i = 0; i < channels; i++) {
      variance.setDouble(i, 0.5 + random.nextDouble());
    }
    writer
        .initializer(y + "_s", normal(0.1, 1, channels))
        .initializer(y + "_b", normal(0.1, 0, channels))
        .initializer(y + "_m", normal(0.1, 0, channels))
        .initializer(y + "_v", variance)
        .node(
            "BatchNormalization",
            x + " " + y + "_s " + y + "_b " + y + "_m " + y + "_v",
            y,
            number("epsilon", 1e-5f));
    return y;
  }

  private String active(String x, int channels) {
    String y = fresh();
    writer.node("Relu", normalised(x, channels), y);
    return y;
  }

  private String convolved(String x, int in, int out, long kernel, long stride) {
    String y = fresh();
    long pad = kernel / 2;
    double scale = Math.sqrt(2.0 / (in * kernel * kernel));
    writer
        .initializer(y + "_w", normal(scale, 0, out, in, kernel, kernel))
        .node(
            "Conv",
            x + " " + y + "_w",
            y,
            integers("kernel_shape", kernel, kernel),
            integers("strides", stride, stride),
            integers("pads", pad, pad, pad, pad));
    return y;
  }

  private String block(String x, int in, int out, long stride, boolean first) {
    String start = active(x, in);
    String way = convolved(start, in, out / 4, 1, 1);
    way = convolved(active(way, out / 4), out / 4, out / 4, 3, stride);
    way = convolved(active(way, out / 4), out / 4, out, 1, 1);
    String around = first ? convolved(start, in, out, 1, stride) : x;
    String y = fresh();
    writer.node("Add", way + " " + around, y);
    return y;
  }

  /**
   * @param width channels behind the first convolution
   * @param blocks how many of them each stage has
   * @param picture the picture's height and width
   */
  private byte[] model(int width, int[] blocks, int picture) {
    writer.input("data", FLOAT32, 1, 3, picture, picture);
    String x = convolved(active(normalised("data", 3), 3), 3, width, 7, 2);
    x = active(x, width);
    String pooled = fresh();
    writer.node(
        "MaxPool",
        x,
        pooled,
        integers("kernel_shape", 3L, 3L),
        integers("strides", 2L, 2L),
        integers("pads", 1L, 1L, 1L, 1L));
    x = pooled;
    int channels = width;
    for (int stage = 0; stage < 4; stage++) {
      int out = (4 * width) << stage;
      for (int i = 0; i < blocks[stage]; i++) {
        x = block(x, channels, out, i == 0 && stage > 0 ? 2 : 1, i == 0);
        channels = out;
      }
    }
    return writer
        .node("GlobalAveragePool", active(x, channels), "average")
        .node("Flatten", "average", "flat", integer("axis", 1))
        .initializer("fc_w", normal(Math.sqrt(1.0 / channels), 0, 1000, channels))
        .initializer("fc_b", normal(0.1, 0, 1000))
        .node("Gemm", "flat fc_w fc_b", "scores", integer("transB", 1))
        .node("Softmax", "scores", "probabilities", integer("axis", 1))
        .output("probabilities")
        .bytes();
  }

  private static List<Integer> best(Tensor probabilities) {
    return IntStream.range(0, 1000)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -probabilities.getDouble(i)))
        .limit(5)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "opencl:0"})
  void aNarrowOne(String device) throws Exception {
    agreesInAllProbabilities(device, 8, new int[] {1, 2, 1, 1}, 64);
  }

  @Test
  @EnabledIfSystemProperty(named = "weft.test.resnet50", matches = "true")
  void resNet50() throws Exception {
    agreesInAllProbabilities("opencl:0", 64, new int[] {3, 4, 6, 3}, 224);
  }

  private void agreesInAllProbabilities(String device, int width, int[] blocks, int picture)
      throws Exception {
    ModelCheck.assumeThere(device);
    byte[] bytes = model(width, blocks, picture);
    Map<String, Tensor> inputs = Map.of("data", normal(1, 0, 1, 3, picture, picture));
    try (OnnxRuntimeOracle oracle = new OnnxRuntimeOracle(bytes);
        Model model = ModelCheck.load(bytes).compile(device)) {
      Tensor expected = Objects.requireNonNull(oracle.run(inputs).get("probabilities"));
      Tensor actual = Objects.requireNonNull(model.run(inputs).get("probabilities"));
      float[] wanted = expected.toFloats();
      assertThat(wanted).hasSize(1000);
      // The scores differ: equal ones would hide mistakes.
      assertThat(wanted[best(expected).getFirst()]).isGreaterThan(2e-3f);
      for (int i = 0; i < wanted.length; i++) {
        assertThat(actual.getDouble(i))
            .as("class %d", i)
            .isCloseTo(wanted[i], within(1e-3 * wanted[i]));
      }
      assertThat(best(actual)).isEqualTo(best(expected));
    }
  }
}
