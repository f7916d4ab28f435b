package dev.weft.model;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/** Small models of the kinds that there are, each with inputs, for tests over whole models. */
final class SampleModels {
  private SampleModels() {}

  /**
   * A model.
   *
   * @param bytes in ONNX's form
   * @param inputs a tensor for each input
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares samples.
  record Sample(byte[] bytes, Map<String, Tensor> inputs) {}

  /** The models by name. */
  static Map<String, Sample> all() {
    Map<String, Sample> all = new TreeMap<>();
    all.put("digits", digits());
    all.put("residual", residual());
    all.put("attention", attention());
    all.put("branches", branches());
    all.put("data_dependent", dataDependent());
    all.put("quantised", quantised());
    all.put("pointwise", pointwise());
    PictureNetworks.all(8, 4, 10, 26)
        .forEach(
            (name, bytes) ->
                all.put(
                    name + "_network", new Sample(bytes, Map.of("data", random(27, 1, 3, 8, 8)))));
    return all;
  }

  static Tensor random(long seed, long... shape) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.allocate(DType.FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, random.nextDouble() * 2 - 1);
    }
    return tensor;
  }

  private static Tensor positive(long seed, long... shape) {
    Tensor tensor = random(seed, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, 0.5 + Math.abs(tensor.getDouble(i)));
    }
    return tensor;
  }

  private static Tensor bytes(long seed, DType dtype, long... shape) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.allocate(dtype, shape);
    int low = dtype.equals(DType.INT8) ? -128 : 0;
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setLong(i, low + random.nextInt(256));
    }
    return tensor;
  }

  /** The model that Weft brings along. */
  private static Sample digits() {
    try (InputStream in = SampleModels.class.getResourceAsStream("/dev/weft/demo/digits.onnx")) {
      byte[] bytes = Objects.requireNonNull(in, "digits.onnx").readAllBytes();
      return new Sample(bytes, Map.of("image", random(1, 1, 1, 28, 28)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A residual block: batch norms, a pad, transposes that cancel, a pool, a classifier. */
  private static Sample residual() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, "n", 3, 9, 9)
            .initializer("w1", random(2, 4, 3, 3, 3))
            .initializer("w2", random(3, 4, 4, 3, 3))
            .initializer("w3", random(4, 4, 3, 1, 1))
            .initializer("scale", random(5, 4))
            .initializer("bias", random(6, 4))
            .initializer("mean", random(7, 4))
            .initializer("variance", positive(8, 4))
            .initializer("dense", random(9, 4, 5))
            .longs("pads", 0, 0, 1, 1, 0, 0, 1, 1)
            .node("Pad", "x pads", "padded")
            .node("Conv", "padded w1", "c1")
            .node("BatchNormalization", "c1 scale bias mean variance", "b1")
            .node("Relu", "b1", "r1")
            .node("Conv", "r1 w2", "c2", OnnxWriter.integers("pads", 1L, 1L, 1L, 1L))
            .node("BatchNormalization", "c2 scale bias mean variance", "b2")
            .node("Conv", "x w3 bias", "c3")
            .node("Add", "b2 c3", "sum")
            .node("Relu", "sum", "r2")
            .node("Transpose", "r2", "t1", OnnxWriter.integers("perm", 0L, 2L, 3L, 1L))
            .node("Transpose", "t1", "t2", OnnxWriter.integers("perm", 0L, 3L, 1L, 2L))
            .node("Identity", "t2", "t3")
            .node("GlobalAveragePool", "t3", "pooled")
            .node("Flatten", "pooled", "flat")
            .node("MatMul", "flat dense", "logits")
            .node("Softmax", "logits", "y")
            .output("y");
    return new Sample(writer.bytes(), Map.of("x", random(10, 2, 3, 9, 9)));
  }

  /** One head of attention over a sequence of any length, normalised, with a residual. */
  private static Sample attention() {
    OnnxWriter writer =
        OnnxWriter.opset(20)
            .input("x", DType.FLOAT32, "n", 8)
            .initializer("wq", random(11, 8, 8))
            .initializer("wk", random(12, 8, 8))
            .initializer("wv", random(13, 8, 8))
            .initializer("bq", random(14, 8))
            .initializer("gain", random(15, 8))
            .initializer("shift", random(16, 8))
            .floats("root", new float[] {0.35355338f})
            .node("LayerNormalization", "x gain shift", "normal")
            .node("MatMul", "normal wq", "q0")
            .node("Add", "q0 bq", "q")
            .node("MatMul", "normal wk", "k")
            .node("MatMul", "normal wv", "v")
            .node("Transpose", "k", "kt", OnnxWriter.integers("perm", 1L, 0L))
            .node("MatMul", "q kt", "scores0")
            .node("Mul", "scores0 root", "scores")
            .node("Softmax", "scores", "weights")
            .node("MatMul", "weights v", "mixed")
            .node("Gelu", "mixed", "active")
            .node("Add", "active x", "y")
            .output("y");
    return new Sample(writer.bytes(), Map.of("x", random(18, 5, 8)));
  }

  /** A choice and a loop, with the same subexpression inside and outside. */
  private static Sample branches() {
    OnnxWriter then =
        OnnxWriter.body().node("Mul", "x x", "square").node("Add", "square one", "a").output("a");
    OnnxWriter otherwise =
        OnnxWriter.body().node("Neg", "x", "minus").node("Exp", "minus", "b").output("b");
    OnnxWriter round =
        OnnxWriter.body()
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("carried", DType.FLOAT32, 6)
            .node("Identity", "go", "on")
            .node("Mul", "carried half", "smaller")
            .node("Add", "smaller chosen", "next")
            .node("Abs", "next", "slice")
            .output("on", DType.BOOL)
            .output("next")
            .output("slice");
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, 6)
            .floats("one", new float[] {1})
            .floats("half", new float[] {0.5f})
            .floats("zero", new float[] {0})
            .scalar("rounds", 3)
            .node("Mul", "x x", "outside")
            .node("ReduceSum", "x", "total", OnnxWriter.integer("keepdims", 0))
            .node("Greater", "total zero", "positive")
            .node(
                "If",
                "positive",
                "chosen",
                OnnxWriter.body("then_branch", then),
                OnnxWriter.body("else_branch", otherwise))
            .node("Loop", "rounds _ outside", "last slices", OnnxWriter.body("body", round))
            .output("last")
            .output("slices");
    return new Sample(writer.bytes(), Map.of("x", random(19, 6)));
  }

  /** Sizes that depend on elements. */
  private static Sample dataDependent() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, 4, 5)
            .node("Relu", "x", "r")
            .node("NonZero", "r", "found")
            .node("Shape", "found", "shape")
            .node("Transpose", "found", "pairs")
            .node("Cast", "pairs", "numbers", OnnxWriter.integer("to", 1))
            .node("Neg", "numbers", "y")
            .output("y")
            .output("shape", DType.INT64);
    return new Sample(writer.bytes(), Map.of("x", random(20, 4, 5)));
  }

  /** A quantised convolution and product, written with pairs of (de)quantisation. */
  private static Sample quantised() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, 1, 2, 6, 6)
            .floats("xs", new float[] {0.01f})
            .floats("ws", new float[] {0.02f})
            .initializer("w", bytes(21, DType.INT8, 3, 2, 3, 3))
            .initializer("zero8", Tensor.allocate(DType.INT8))
            .initializer("zerou8", point(128))
            .floats("ys", new float[] {0.05f})
            .initializer("dense", bytes(22, DType.INT8, 48, 4))
            .node("QuantizeLinear", "x xs zerou8", "xq")
            .node("DequantizeLinear", "xq xs zerou8", "xd")
            .node("DequantizeLinear", "w ws zero8", "wd")
            .node("Conv", "xd wd", "c")
            .node("Relu", "c", "r")
            .node("QuantizeLinear", "r ys zerou8", "rq")
            .node("DequantizeLinear", "rq ys zerou8", "rd")
            .node("Flatten", "rd", "flat")
            .node("DequantizeLinear", "dense ws zero8", "dd")
            .node("MatMul", "flat dd", "y")
            .output("y");
    return new Sample(writer.bytes(), Map.of("x", random(23, 1, 2, 6, 6)));
  }

  private static Tensor point(long value) {
    Tensor point = Tensor.allocate(DType.UINT8);
    point.setLong(0, value);
    return point;
  }

  /** A diamond of elementwise operators with broadcasts, and the same thing worked out twice. */
  private static Sample pointwise() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, "n", 4)
            .input("row", DType.FLOAT32, 4)
            .floats("two", new float[] {2})
            .node("Add", "x row", "a")
            .node("Sigmoid", "a", "b")
            .node("Mul", "a two", "c")
            .node("Add", "x row", "again")
            .node("Tanh", "again", "d")
            .node("Add", "b c", "e")
            .node("Sub", "e d", "f")
            .node("ReduceMax", "f", "m", OnnxWriter.integers("axes", 1L))
            .node("Sub", "f m", "y")
            .node("Concat", "y a", "z", OnnxWriter.integer("axis", 1))
            .output("y")
            .output("z");
    return new Sample(writer.bytes(), Map.of("x", random(24, 3, 4), "row", random(25, 4)));
  }
}
