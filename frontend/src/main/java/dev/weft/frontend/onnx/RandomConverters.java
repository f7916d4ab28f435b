package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.RandomBits;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Random numbers, by a generator of our own: the standard leaves it open. The same seed gives the
 * same numbers in every run; without a seed the import draws one.
 */
final class RandomConverters {
  /** The bits above these make a float32 between 0 and 1 without rounding. */
  private static final double SPARE_BITS = 256;

  private RandomConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put(
        "RandomUniform", node -> List.of(uniform(node, attributeShape(node), dtype(node, 1))));
    converters.put(
        "RandomNormal", node -> List.of(normal(node, attributeShape(node), dtype(node, 1))));
    converters.put(
        "RandomUniformLike",
        node -> List.of(uniform(node, node.type(0).shape().dims(), likeDtype(node))));
    converters.put(
        "RandomNormalLike",
        node -> List.of(normal(node, node.type(0).shape().dims(), likeDtype(node))));
    converters.put("Bernoulli", node -> List.of(bernoulli(node)));
    converters.put("Multinomial", node -> List.of(multinomial(node)));
    converters.put("Dropout", RandomConverters::dropout);
  }

  private static List<IntExpr> attributeShape(Node node) {
    return node.integers("shape", List.of()).stream().map(IntExpr::of).toList();
  }

  private static DType dtype(Node node, int otherwise) {
    int number = (int) node.integer("dtype", otherwise);
    DType dtype = OnnxTypes.dtype(number);
    if (dtype == null) {
      throw node.unsupported("random numbers of type " + OnnxTypes.name(number));
    }
    return dtype;
  }

  private static DType likeDtype(Node node) {
    return node.hasAttribute("dtype") ? dtype(node, 1) : node.type(0).dtype();
  }

  private static long seed(Node node) {
    if (!node.hasAttribute("seed")) {
      return ThreadLocalRandom.current().nextLong();
    }
    // Up to opset 11 it is a float for some operators, an int for Dropout.
    return node.isInteger("seed")
        ? node.integer("seed", 0)
        : Float.floatToIntBits((float) node.number("seed", 0));
  }

  /** Numbers in {@code [0, 1)}, float32. */
  private static GraphExpr unit(Node node, List<IntExpr> dims, long seed) {
    Emit emit = new Emit(node);
    GraphExpr bits = node.emit(new RandomBits(new Shape(dims), seed));
    GraphExpr spare = bits(SPARE_BITS);
    GraphExpr high = emit.div(bits, spare);
    return emit.mul(emit.cast(high, DType.FLOAT32), 0x1p-24);
  }

  private static GraphExpr bits(double value) {
    Tensor tensor = Tensor.allocate(DType.UINT32);
    tensor.setLong(0, (long) value);
    return new GraphExpr.Constant("", tensor);
  }

  private static GraphExpr uniform(Node node, List<IntExpr> dims, DType dtype) {
    Emit emit = new Emit(node);
    double low = node.number("low", 0);
    double high = node.number("high", 1);
    GraphExpr scaled = emit.mul(unit(node, dims, seed(node)), high - low);
    return emit.cast(emit.add(scaled, low), dtype);
  }

  /** By Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
  private static GraphExpr normal(Node node, List<IntExpr> dims, DType dtype) {
    Emit emit = new Emit(node);
    long seed = seed(node);
    GraphExpr radius = unit(node, dims, seed);
    GraphExpr angle = unit(node, dims, seed ^ 0x5DEECE66DL << 13);
    // 1 - u is never 0.
    GraphExpr logarithm = emit.unary(UnaryFunction.LOG, emit.sub(emit.like(radius, 1), radius));
    GraphExpr length = emit.sqrt(emit.mul(logarithm, -2));
    GraphExpr cosine = emit.unary(UnaryFunction.COS, emit.mul(angle, 2 * Math.PI));
    GraphExpr standard = emit.mul(length, cosine);
    GraphExpr scaled = emit.mul(standard, node.number("scale", 1));
    return emit.cast(emit.add(scaled, node.number("mean", 0)), dtype);
  }

  private static GraphExpr bernoulli(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    GraphExpr unit = unit(node, x.shape().dims(), seed(node));
    GraphExpr probability = emit.cast(node.input(0), DType.FLOAT32);
    return emit.cast(emit.less(unit, probability), likeDtype(node));
  }

  /**
   * Samples of classes from their unnormalised log-probabilities, by the greatest of
   * log-probability and Gumbel noise.
   */
  private static GraphExpr multinomial(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    DType result = dtype(node, 6);
    IntExpr samples = IntExpr.of(node.integer("sample_size", 1));
    List<IntExpr> dims = List.of(x.dim(0), samples, x.dim(1));
    GraphExpr unit = unit(node, dims, seed(node));
    GraphExpr open = emit.add(emit.mul(unit, 1 - 0x1p-24), 0x1p-26);
    GraphExpr noise =
        emit.neg(emit.unary(UnaryFunction.LOG, emit.neg(emit.unary(UnaryFunction.LOG, open))));
    GraphExpr logits = emit.unsqueeze(emit.cast(node.input(0), DType.FLOAT32), 1);
    GraphExpr noisy = emit.add(logits, noise);
    return emit.cast(node.emit(new ArgReduce(true, 2, false, false), noisy), result);
  }

  /**
   * Up to opset 6 {@code is_test=0} is training, as far as the mask is asked for; up to opset 11
   * the operator is for inference; then an input says which.
   */
  private static List<GraphExpr> dropout(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    boolean old = node.opset() < 12;
    Tensor training = !old && node.has(2) ? node.constant(2) : null;
    boolean asked = !old && node.has(2);
    boolean always =
        old
            ? node.opset() < 7 && !node.flag("is_test", false) && node.wantsOutput(1)
            : training != null && training.getLong(0) != 0;
    boolean never = old ? !always : !asked || (training != null && training.getLong(0) == 0);
    // Before opset 10 the mask is of numbers.
    DType maskType = node.opset() >= 10 ? DType.BOOL : x.dtype();
    GraphExpr all =
        node.wantsOutput(1) || !never
            ? emit.expand(emit.scalar(DType.BOOL, 1), x.shape().dims())
            : null;
    if (never) {
      return all == null
          ? List.of(node.input(0))
          : List.of(node.input(0), emit.cast(all, maskType));
    }
    GraphExpr ratio =
        old
            ? emit.scalar(DType.FLOAT32, node.number("ratio", 0.5))
            : node.has(1)
                ? emit.cast(emit.reshape(node.input(1), List.of()), DType.FLOAT32)
                : emit.scalar(DType.FLOAT32, 0.5);
    GraphExpr kept = emit.atLeast(unit(node, x.shape().dims(), seed(node)), ratio);
    DType wide = x.dtype().bits() < 32 ? DType.FLOAT32 : x.dtype();
    GraphExpr scale = emit.cast(emit.sub(emit.scalar(DType.FLOAT32, 1), ratio), wide);
    GraphExpr input = emit.cast(node.input(0), wide);
    GraphExpr dropped =
        emit.cast(emit.where(kept, emit.div(input, scale), emit.scalar(wide, 0)), x.dtype());
    List<GraphExpr> results = new ArrayList<>();
    if (always || all == null) {
      results.add(dropped);
      results.add(emit.cast(kept, maskType));
    } else {
      GraphExpr flag = emit.cast(emit.reshape(node.input(2), List.of()), DType.BOOL);
      results.add(emit.where(flag, dropped, node.input(0)));
      results.add(emit.cast(emit.where(flag, kept, all), maskType));
    }
    return results;
  }
}
