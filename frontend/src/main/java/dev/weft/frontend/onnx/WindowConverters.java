package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.ConvTranspose;
import dev.weft.graph.op.DeformConv;
import dev.weft.graph.op.MaxPoolIndices;
import dev.weft.graph.op.Pool;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.ScatterElements;
import dev.weft.graph.op.ScatterReduction;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Poolings and transposed convolutions. */
final class WindowConverters {
  private WindowConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("MaxPool", WindowConverters::maxPool);
    converters.put(
        "AveragePool",
        node -> List.of(node.emit(pool(node, Pool.Reduction.AVERAGE), node.input(0))));
    converters.put("LpPool", node -> List.of(lpPool(node)));
    converters.put(
        "GlobalMaxPool", node -> List.of(globalPool(node, Reduction.MAX, node.input(0))));
    converters.put(
        "GlobalAveragePool", node -> List.of(globalPool(node, Reduction.MEAN, node.input(0))));
    converters.put(
        "GlobalLpPool",
        node -> {
          double p = power(node);
          GraphExpr powers = powers(node, p);
          return List.of(root(node, globalPool(node, Reduction.SUM, powers), p));
        });
    converters.put("MaxUnpool", node -> List.of(maxUnpool(node)));
    converters.put("DeformConv", node -> List.of(deformConv(node)));
    converters.put("ConvTranspose", node -> List.of(convTranspose(node)));
  }

  private static Pool pool(Node node, Pool.Reduction reduction) {
    List<Long> kernel = node.integers("kernel_shape", List.of());
    return new Pool(
        reduction,
        kernel,
        Windows.of(node, kernel),
        node.flag("ceil_mode", false),
        node.flag("count_include_pad", false));
  }

  private static List<GraphExpr> maxPool(Node node) {
    Pool pool = pool(node, Pool.Reduction.MAX);
    if (!node.wantsOutput(1)) {
      return List.of(node.emit(pool, node.input(0)));
    }
    boolean columns = node.flag("storage_order", false);
    return node.emitAll(new MaxPoolIndices(pool, columns), List.of(node.input(0)));
  }

  private static GraphExpr globalPool(Node node, Reduction reduction, GraphExpr x) {
    Emit emit = new Emit(node);
    return emit.reduce(reduction, x, emit.range(2, node.rank(0)), true);
  }

  /** Version 1 of the operators had a float. */
  private static double power(Node node) {
    return node.opset() < 2 ? node.number("p", 2) : node.integer("p", 2);
  }

  private static GraphExpr powers(Node node, double p) {
    Emit emit = new Emit(node);
    GraphExpr magnitude = emit.unary(UnaryFunction.ABS, node.input(0));
    return p == 1
        ? magnitude
        : p == 2
            ? emit.square(node.input(0))
            : emit.binary(BinaryFunction.POWER, magnitude, emit.like(magnitude, p));
  }

  private static GraphExpr root(Node node, GraphExpr x, double p) {
    Emit emit = new Emit(node);
    return p == 1
        ? x
        : p == 2 ? emit.sqrt(x) : emit.binary(BinaryFunction.POWER, x, emit.like(x, 1 / p));
  }

  private static GraphExpr lpPool(Node node) {
    double p = power(node);
    GraphExpr sum = node.emit(pool(node, Pool.Reduction.SUM), powers(node, p));
    return root(node, sum, p);
  }

  /** The elements go back to where a pooling found them; everything else is 0. */
  private static GraphExpr maxUnpool(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    List<IntExpr> natural = new ArrayList<>(x.shape().dims().subList(0, 2));
    List<Long> kernel = node.integers("kernel_shape", List.of());
    int rank = x.rank() - 2;
    List<Long> strides = node.integers("strides", Collections.nCopies(rank, 1L));
    List<Long> pads = node.integers("pads", Collections.nCopies(2 * rank, 0L));
    if (kernel.size() != rank || strides.size() != rank || pads.size() != 2 * rank) {
      throw node.invalid("kernel_shape, strides and pads don't fit " + x);
    }
    for (int d = 0; d < rank; d++) {
      IntExpr steps =
          SizeAlgebra.times(SizeAlgebra.plus(x.dim(d + 2), -1), IntExpr.of(strides.get(d)));
      natural.add(SizeAlgebra.plus(steps, kernel.get(d) - pads.get(d) - pads.get(d + rank)));
    }
    List<IntExpr> dims = node.has(2) ? node.sizes(2) : natural;
    // Positions are those in a tensor of the natural size, a plane after the other.
    GraphExpr flat = emit.reshape(node.input(0), NeuralConverters.product(x.shape().dims()));
    GraphExpr places = emit.reshape(node.input(1), NeuralConverters.product(x.shape().dims()));
    GraphExpr zeros =
        emit.expand(emit.scalar(x.dtype(), 0), List.of(NeuralConverters.product(dims)));
    ScatterElements scatter = new ScatterElements(0, ScatterReduction.NONE);
    return emit.reshape(node.emit(scatter, zeros, places, flat), dims);
  }

  private static GraphExpr convTranspose(Node node) {
    TensorType x = node.type(0);
    TensorType weights = node.type(1);
    int rank = x.rank() - 2;
    List<Long> ones = Collections.nCopies(rank, 1L);
    List<Long> strides = node.integers("strides", ones);
    List<Long> dilations = node.integers("dilations", ones);
    List<Long> extra = node.integers("output_padding", Collections.nCopies(rank, 0L));
    List<Long> wanted = node.integers("output_shape", List.of());
    List<Long> pads = node.integers("pads", Collections.nCopies(2 * rank, 0L));
    String mode = node.text("auto_pad", "NOTSET");
    boolean same = mode.startsWith("SAME");
    if (strides.size() != rank
        || dilations.size() != rank
        || extra.size() != rank
        || pads.size() != 2 * rank) {
      throw node.invalid("strides, dilations, output_padding and pads don't fit " + x);
    }
    if (!wanted.isEmpty() && wanted.size() != rank) {
      // Older files give the whole shape.
      wanted = wanted.subList(wanted.size() - rank, wanted.size());
    }
    List<Long> before = new ArrayList<>();
    List<Long> after = new ArrayList<>();
    List<IntExpr> lengths = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      Long kernel = SizeAlgebra.constant(weights.dim(d + 2));
      if (kernel == null) {
        throw node.unsupported("a kernel of symbolic size " + weights.dim(d + 2));
      }
      long reach = (kernel - 1) * dilations.get(d) + 1 + extra.get(d);
      IntExpr whole =
          SizeAlgebra.plus(
              SizeAlgebra.times(SizeAlgebra.plus(x.dim(d + 2), -1), IntExpr.of(strides.get(d))),
              reach);
      if (wanted.isEmpty() && !same) {
        boolean none = mode.equals("VALID");
        before.add(none ? 0L : pads.get(d));
        after.add(none ? 0L : pads.get(d + rank));
        lengths.add(SizeAlgebra.plus(whole, -before.get(d) - after.get(d)));
        continue;
      }
      IntExpr length =
          wanted.isEmpty()
              ? SizeAlgebra.times(x.dim(d + 2), IntExpr.of(strides.get(d)))
              : IntExpr.of(wanted.get(d));
      Long total = SizeAlgebra.constant(SizeAlgebra.minus(whole, length));
      if (total == null) {
        throw node.unsupported("output_shape with the symbolic size " + x.dim(d + 2));
      }
      long smaller = Math.max(0, total) / 2;
      boolean upper = mode.equals("SAME_UPPER");
      before.add(upper ? smaller : Math.max(0, total) - smaller);
      after.add(Math.max(0, total) - before.get(d));
      lengths.add(length);
    }
    Window window = new Window(strides, before, after, dilations);
    return node.emit(new ConvTranspose(window, lengths, node.integer("group", 1)), node.inputs());
  }

  private static GraphExpr deformConv(Node node) {
    Emit emit = new Emit(node);
    TensorType weights = node.type(1);
    Conv plain = NeuralConverters.convolution(node, weights);
    long offsetGroups = node.integer("offset_group", 1);
    GraphExpr bias =
        node.has(3)
            ? node.input(3)
            : emit.expand(emit.scalar(weights.dtype(), 0), List.of(weights.dim(0)));
    GraphExpr mask;
    if (node.has(4)) {
      mask = node.input(4);
    } else {
      List<IntExpr> dims = new ArrayList<>(node.type(2).shape().dims());
      dims.set(1, SizeAlgebra.floorDiv(dims.get(1), node.rank(0) - 2L));
      mask = emit.expand(emit.scalar(weights.dtype(), 1), dims);
    }
    return node.emit(
        new DeformConv(plain.window(), plain.groups(), offsetGroups),
        node.input(0),
        node.input(1),
        node.input(2),
        bias,
        mask);
  }
}
