package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BatchNorm;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Normalisations, as compositions of reductions and element-wise operators. */
final class NormalizationConverters {
  private NormalizationConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("BatchNormalization", NormalizationConverters::batch);
    converters.put("LayerNormalization", NormalizationConverters::layer);
    converters.put("RMSNormalization", node -> List.of(rootMeanSquare(node)));
    converters.put("InstanceNormalization", node -> List.of(instance(node)));
    converters.put("GroupNormalization", node -> List.of(group(node)));
    converters.put("MeanVarianceNormalization", node -> List.of(meanVariance(node)));
    converters.put("LpNormalization", node -> List.of(lp(node)));
  }

  /** A value less its mean, the mean, and 1 / standard deviation. */
  private record Centered(GraphExpr mean, GraphExpr difference, GraphExpr inverseDeviation) {
    static Centered of(Emit emit, GraphExpr x, List<Integer> axes, double epsilon) {
      GraphExpr mean = emit.mean(x, axes, true);
      GraphExpr difference = emit.sub(x, mean);
      GraphExpr variance = emit.mean(emit.square(difference), axes, true);
      GraphExpr deviation = emit.sqrt(emit.add(variance, epsilon));
      return new Centered(mean, difference, emit.unary(UnaryFunction.RECIPROCAL, deviation));
    }

    GraphExpr normal(Emit emit) {
      return emit.mul(difference, inverseDeviation);
    }
  }

  /** One element a channel, with dimensions of size 1 so that it is broadcast. */
  private static GraphExpr perChannel(Emit emit, GraphExpr vector, int rank) {
    List<IntExpr> dims = new ArrayList<>(Collections.nCopies(rank, IntExpr.of(1)));
    dims.set(1, emit.dim(vector, 0));
    return emit.reshape(vector, dims);
  }

  private static List<GraphExpr> batch(Node node) {
    boolean old = node.opset() < 14;
    boolean statistics = IntStream.range(1, node.outputCount()).anyMatch(node::wantsOutput);
    boolean training = old ? statistics : node.flag("training_mode", false);
    boolean spatial = node.opset() >= 9 || node.flag("spatial", true);
    if (!training && statistics) {
      throw node.invalid("it gives statistics in training mode only");
    }
    if (training || !spatial) {
      return batchByParts(node, training, spatial);
    }
    DType dtype = node.type(0).dtype();
    List<GraphExpr> operands = new ArrayList<>();
    for (GraphExpr input : node.inputs()) {
      operands.add(new Emit(node).cast(input, dtype));
    }
    return List.of(node.emit(new BatchNorm(node.number("epsilon", 1e-5)), operands));
  }

  /**
   * Batch normalisation with the batch's own statistics, or with statistics for each element of a
   * sample (spatial=0, up to opset 8).
   */
  private static List<GraphExpr> batchByParts(Node node, boolean training, boolean spatial) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    List<Integer> axes = new ArrayList<>(List.of(0));
    if (spatial) {
      axes.addAll(emit.range(2, x.rank()));
    }
    DType wide = x.dtype().bits() < 32 ? DType.FLOAT32 : x.dtype();
    GraphExpr input = emit.cast(node.input(0), wide);
    GraphExpr mean = emit.cast(node.input(3), wide);
    GraphExpr variance = emit.cast(node.input(4), wide);
    GraphExpr usedMean = training ? emit.mean(input, axes, false) : mean;
    GraphExpr usedVariance = variance;
    if (training) {
      GraphExpr difference = emit.sub(input, emit.mean(input, axes, true));
      usedVariance = emit.mean(emit.square(difference), axes, false);
    }
    GraphExpr deviation = emit.sqrt(emit.add(usedVariance, node.number("epsilon", 1e-5)));
    GraphExpr normal =
        emit.div(
            emit.sub(input, aligned(emit, usedMean, x.rank(), spatial)),
            aligned(emit, deviation, x.rank(), spatial));
    GraphExpr scale = aligned(emit, emit.cast(node.input(1), wide), x.rank(), spatial);
    GraphExpr bias = aligned(emit, emit.cast(node.input(2), wide), x.rank(), spatial);
    GraphExpr y = emit.cast(emit.add(emit.mul(normal, scale), bias), x.dtype());
    if (!training) {
      return List.of(y);
    }
    double momentum = node.number("momentum", 0.9);
    DType kept = node.type(3).dtype();
    GraphExpr newMean = emit.cast(blend(emit, mean, usedMean, momentum), kept);
    GraphExpr newVariance = emit.cast(blend(emit, variance, usedVariance, momentum), kept);
    return List.of(
        y, newMean, newVariance, emit.cast(usedMean, kept), emit.cast(usedVariance, kept));
  }

  private static GraphExpr aligned(Emit emit, GraphExpr x, int rank, boolean spatial) {
    return spatial && rank >= 2 ? perChannel(emit, x, rank) : x;
  }

  private static GraphExpr blend(Emit emit, GraphExpr old, GraphExpr current, double momentum) {
    return emit.add(emit.mul(old, momentum), emit.mul(current, 1 - momentum));
  }

  /** The type in which a normalisation is worked out. */
  static DType stash(Node node) {
    int number = (int) node.integer("stash_type", 1);
    DType dtype = OnnxTypes.dtype(number);
    if (dtype == null || !dtype.isFloat()) {
      throw node.invalid("stash_type must be a floating-point type, got " + number);
    }
    DType own = node.type(0).dtype();
    return own.bits() > dtype.bits() ? own : dtype;
  }

  private static List<GraphExpr> layer(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    int axis = node.axis("axis", -1, x.rank());
    GraphExpr input = emit.cast(node.input(0), stash(node));
    Centered centered =
        Centered.of(emit, input, emit.range(axis, x.rank()), node.number("epsilon", 1e-5));
    GraphExpr normal = emit.cast(centered.normal(emit), x.dtype());
    GraphExpr y = emit.mul(normal, emit.cast(node.input(1), x.dtype()));
    if (node.has(2)) {
      y = emit.add(y, emit.cast(node.input(2), x.dtype()));
    }
    return List.of(y, centered.mean(), centered.inverseDeviation());
  }

  private static GraphExpr rootMeanSquare(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    int axis = node.axis("axis", -1, x.rank());
    GraphExpr input = emit.cast(node.input(0), stash(node));
    GraphExpr mean = emit.mean(emit.square(input), emit.range(axis, x.rank()), true);
    GraphExpr deviation = emit.sqrt(emit.add(mean, node.number("epsilon", 1e-5)));
    GraphExpr normal = emit.cast(emit.div(input, deviation), x.dtype());
    GraphExpr scale = node.input(1);
    // The result has the scale's type.
    return emit.mul(emit.cast(normal, emit.dtype(scale)), scale);
  }

  private static GraphExpr instance(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    if (x.rank() < 2) {
      throw node.invalid("the input needs a batch and a channel axis, got " + x);
    }
    DType wide = x.dtype().bits() < 32 ? DType.FLOAT32 : x.dtype();
    Centered centered =
        Centered.of(
            emit,
            emit.cast(node.input(0), wide),
            emit.range(2, x.rank()),
            node.number("epsilon", 1e-5));
    GraphExpr scale = perChannel(emit, emit.cast(node.input(1), wide), x.rank());
    GraphExpr bias = perChannel(emit, emit.cast(node.input(2), wide), x.rank());
    return emit.cast(emit.add(emit.mul(centered.normal(emit), scale), bias), x.dtype());
  }

  /** Up to opset 20 there is one scale and bias a group, from then on one a channel. */
  private static GraphExpr group(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    long groups = node.integer("num_groups", 0);
    if (groups < 1) {
      throw node.invalid("num_groups must be positive");
    }
    List<IntExpr> split = new ArrayList<>(x.shape().dims().subList(0, 1));
    split.add(IntExpr.of(groups));
    split.add(SizeAlgebra.floorDiv(x.dim(1), groups));
    split.addAll(x.shape().dims().subList(2, x.rank()));
    GraphExpr apart = emit.reshape(emit.cast(node.input(0), stash(node)), split);
    GraphExpr normal =
        Centered.of(emit, apart, emit.range(2, split.size()), node.number("epsilon", 1e-5))
            .normal(emit);
    boolean perGroup = node.opset() < 21;
    normal = emit.cast(perGroup ? normal : emit.reshape(normal, x.shape().dims()), x.dtype());
    int rank = perGroup ? split.size() : x.rank();
    GraphExpr scale = perChannel(emit, node.input(1), rank);
    GraphExpr bias = perChannel(emit, node.input(2), rank);
    return emit.reshape(emit.add(emit.mul(normal, scale), bias), x.shape().dims());
  }

  private static GraphExpr meanVariance(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    List<Long> usual =
        node.flag("across_channels", false) ? List.of(0L, 1L, 2L, 3L) : List.of(0L, 2L, 3L);
    List<Integer> axes = node.axes(node.integers("axes", usual), x.rank());
    GraphExpr mean = emit.mean(node.input(0), axes, true);
    GraphExpr difference = emit.sub(node.input(0), mean);
    if (!node.flag("normalize_variance", true)) {
      return difference; // Of the experimental version 1.
    }
    GraphExpr variance = emit.mean(emit.square(difference), axes, true);
    return emit.div(difference, emit.add(emit.sqrt(variance), 1e-9));
  }

  private static GraphExpr lp(Node node) {
    Emit emit = new Emit(node);
    GraphExpr x = node.input(0);
    List<Integer> axes = List.of(node.axis("axis", -1, node.rank(0)));
    long p = node.integer("p", 2);
    GraphExpr norm =
        switch ((int) p) {
          case 1 -> emit.sum(emit.unary(UnaryFunction.ABS, x), axes, true);
          case 2 -> emit.sqrt(emit.sum(emit.square(x), axes, true));
          default -> throw node.invalid("p must be 1 or 2, got " + p);
        };
    // A line of zeros stays one.
    GraphExpr zero = emit.binary(BinaryFunction.EQUAL, norm, emit.like(norm, 0));
    return emit.div(x, emit.where(zero, emit.like(norm, 1), norm));
  }
}
