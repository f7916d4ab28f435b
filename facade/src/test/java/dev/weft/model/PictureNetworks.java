package dev.weft.model;

import static dev.weft.base.DType.FLOAT32;
import static dev.weft.model.OnnxWriter.integer;
import static dev.weft.model.OnnxWriter.integers;
import static dev.weft.model.OnnxWriter.number;
import static dev.weft.model.OnnxWriter.tensor;

import dev.weft.base.Tensor;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Classifiers of pictures, small ones of the kinds that are published: plain, with parallel
 * branches, residual, densely connected, with shuffled channels. As published ones are distributed
 * for tests, each weight is one number repeated ({@code ConstantOfShape}).
 */
final class PictureNetworks {
  private final OnnxWriter writer = OnnxWriter.opset(9);
  private final int picture;
  private final int width;
  private final int classes;
  private final @Nullable Random random;
  private int count;

  private PictureNetworks(int picture, int width, int classes, @Nullable Random random) {
    this.random = random;
    this.picture = picture;
    this.width = width;
    this.classes = classes;
  }

  /**
   * The networks with equal weights by name; input {@code data}, output {@code probabilities}.
   *
   * @param picture height and width, a multiple of 8
   * @param width channels behind the first convolution, a multiple of 4
   * @param classes how many probabilities they give
   */
  static Map<String, byte[]> all(int picture, int width, int classes) {
    return all(picture, width, classes, () -> null);
  }

  /** The networks with random weights as initializers; see {@link #all(int, int, int)}. */
  static Map<String, byte[]> all(int picture, int width, int classes, long seed) {
    return all(picture, width, classes, () -> new Random(seed));
  }

  private static Map<String, byte[]> all(
      int picture, int width, int classes, Supplier<@Nullable Random> weights) {
    Map<String, Function<PictureNetworks, String>> bodies =
        Map.of(
            "plain", PictureNetworks::plain,
            "branched", PictureNetworks::branched,
            "residual", PictureNetworks::residual,
            "dense", PictureNetworks::dense,
            "shuffled", PictureNetworks::shuffled);
    Map<String, byte[]> all = new TreeMap<>();
    bodies.forEach(
        (name, body) -> {
          PictureNetworks network = new PictureNetworks(picture, width, classes, weights.get());
          network.writer.input("data", FLOAT32, 1, 3, picture, picture);
          network
              .writer
              .node("Softmax", body.apply(network), "probabilities", integer("axis", 1))
              .output("probabilities");
          all.put(name, network.writer.bytes());
        });
    return all;
  }

  private String fresh() {
    return "v" + count++;
  }

  private String constant(long... shape) {
    String name = fresh();
    Random source = random;
    if (source != null) {
      writer.initializer(name, weights(source, shape));
      return name;
    }
    writer
        .longs(name + "_shape", shape)
        .node(
            "ConstantOfShape",
            name + "_shape",
            name,
            tensor("value", Tensor.of(new float[] {0.02f}, 1)));
    return name;
  }

  /** Vectors are positive, as variances must be; sums over the others' rows stay near 1. */
  private static Tensor weights(Random random, long... shape) {
    Tensor tensor = Tensor.allocate(FLOAT32, shape);
    double scale = Math.sqrt(2.0 * shape[0] / tensor.elements());
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(
          i, shape.length == 1 ? 0.5 + random.nextDouble() : scale * random.nextGaussian());
    }
    return tensor;
  }

  private String unary(String op, String x) {
    String y = fresh();
    writer.node(op, x, y);
    return y;
  }

  private String conv(String x, int in, int out, long kernel, long stride, int groups) {
    String y = fresh();
    long pad = kernel / 2;
    writer.node(
        "Conv",
        x + " " + constant(out, in / groups, kernel, kernel) + " " + constant(out),
        y,
        integers("kernel_shape", kernel, kernel),
        integers("strides", stride, stride),
        integers("pads", pad, pad, pad, pad),
        integer("group", groups));
    return y;
  }

  private String active(String x, int in, int out, long kernel, long stride) {
    return unary("Relu", conv(x, in, out, kernel, stride, 1));
  }

  private String normal(String x, int channels) {
    String y = fresh();
    StringBuilder inputs = new StringBuilder(x);
    for (int i = 0; i < 4; i++) {
      inputs.append(' ').append(constant(channels));
    }
    writer.node("BatchNormalization", inputs.toString(), y, number("epsilon", 1e-5f));
    return y;
  }

  /** A normalisation whose factor and shift are operators of their own. */
  private String scaled(String x, int channels) {
    String factor = fresh();
    String shift = fresh();
    String product = fresh();
    String y = fresh();
    writer
        .node("Unsqueeze", constant(channels), factor, integers("axes", 1L, 2L))
        .node("Unsqueeze", constant(channels), shift, integers("axes", 1L, 2L))
        .node("Mul", normal(x, channels) + " " + factor, product)
        .node("Add", product + " " + shift, y);
    return unary("Relu", y);
  }

  private String pool(String op, String x, long kernel, long stride) {
    String y = fresh();
    long pad = stride == 1 ? kernel / 2 : 0;
    writer.node(
        op,
        x,
        y,
        integers("kernel_shape", kernel, kernel),
        integers("strides", stride, stride),
        integers("pads", pad, pad, pad, pad));
    return y;
  }

  private String concat(String... parts) {
    String y = fresh();
    writer.node("Concat", String.join(" ", parts), y, integer("axis", 1));
    return y;
  }

  private String reshaped(String x, long... shape) {
    String y = fresh();
    writer.longs(y + "_shape", shape).node("Reshape", x + " " + y + "_shape", y);
    return y;
  }

  private String dense(String x, int in, int out) {
    String y = fresh();
    writer.node("Gemm", x + " " + constant(out, in) + " " + constant(out), y, integer("transB", 1));
    return y;
  }

  private String classified(String x, int channels) {
    String flat = reshaped(unary("GlobalAveragePool", x), 1, channels);
    return dense(flat, channels, classes);
  }

  private String plain() {
    String x = active("data", 3, width, 5, 2);
    String y = fresh();
    writer.node("LRN", x, y, integer("size", 5), number("alpha", 1e-4f), number("beta", 0.75f));
    x = pool("MaxPool", y, 2, 2);
    x = unary("Relu", conv(x, width, 2 * width, 3, 1, 2));
    x = pool("MaxPool", x, 2, 2);
    int features = 2 * width * (picture / 8) * (picture / 8);
    x = unary("Relu", dense(reshaped(x, 1, features), features, 8 * width));
    x = unary("Dropout", x);
    return dense(x, 8 * width, classes);
  }

  private String branched() {
    String x = active("data", 3, width, 3, 2);
    for (int i = 0; i < 2; i++) {
      String one = active(x, width, width / 4, 1, 1);
      String three = active(active(x, width, width / 2, 1, 1), width / 2, width / 4, 3, 1);
      String five = scaled(conv(active(x, width, 2, 1, 1), 2, width / 4, 5, 1, 1), width / 4);
      String pooled = active(pool("MaxPool", x, 3, 1), width, width / 4, 1, 1);
      x = concat(one, three, five, pooled);
    }
    return classified(pool("AveragePool", x, 2, 2), width);
  }

  private String residual() {
    String x = unary("Relu", normal(conv("data", 3, width, 3, 2, 1), width));
    int channels = width;
    for (int i = 0; i < 3; i++) {
      int out = i == 1 ? 2 * width : channels;
      int stride = i == 1 ? 2 : 1;
      String way = unary("Relu", normal(conv(x, channels, width / 2, 1, 1, 1), width / 2));
      way = unary("Relu", normal(conv(way, width / 2, width / 2, 3, stride, 1), width / 2));
      way = normal(conv(way, width / 2, out, 1, 1, 1), out);
      String around = i == 1 ? normal(conv(x, channels, out, 1, stride, 1), out) : x;
      String sum = fresh();
      writer.node("Sum", way + " " + around, sum);
      x = unary("Relu", sum);
      channels = out;
    }
    return classified(x, channels);
  }

  private String dense() {
    String x = active("data", 3, width, 3, 2);
    int channels = width;
    for (int i = 0; i < 3; i++) {
      String inner = scaled(conv(scaled(x, channels), channels, width, 1, 1, 1), width);
      x = concat(x, conv(inner, width, width / 2, 3, 1, 1));
      channels += width / 2;
    }
    x = pool("AveragePool", conv(scaled(x, channels), channels, width, 1, 1, 1), 2, 2);
    return classified(scaled(x, width), width);
  }

  private String shuffled() {
    String x = active("data", 3, width, 3, 2);
    for (int i = 0; i < 2; i++) {
      String way = unary("Relu", normal(conv(x, width, width, 1, 1, 2), width));
      int half = picture / 2;
      String parts = fresh();
      writer.node(
          "Transpose",
          reshaped(way, 1, 2, width / 2, half, half),
          parts,
          integers("perm", 0L, 2L, 1L, 3L, 4L));
      way = reshaped(parts, 1, width, half, half);
      way = normal(conv(way, width, width, 3, 1, width), width);
      way = normal(conv(way, width, width, 1, 1, 2), width);
      String sum = fresh();
      writer.node("Add", way + " " + x, sum);
      x = unary("Relu", sum);
    }
    return classified(pool("AveragePool", x, 2, 2), width);
  }
}
