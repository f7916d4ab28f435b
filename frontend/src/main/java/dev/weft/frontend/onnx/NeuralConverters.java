package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.LocalResponseNorm;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Layers of neural networks. */
final class NeuralConverters {
  private NeuralConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("Conv", node -> List.of(conv(node)));
    converters.put(
        "MatMul", node -> List.of(node.emit(new MatMul(), node.input(0), node.input(1))));
    converters.put("Gemm", node -> List.of(gemm(node)));
    converters.put("Softmax", node -> List.of(softmax(node, false)));
    converters.put("LogSoftmax", node -> List.of(softmax(node, true)));
    converters.put(
        "LRN",
        node ->
            List.of(
                node.emit(
                    new LocalResponseNorm(
                        node.integer("size", 1),
                        node.number("alpha", 1e-4),
                        node.number("beta", 0.75),
                        node.number("bias", 1)),
                    node.input(0))));
  }

  private static GraphExpr conv(Node node) {
    return node.emit(convolution(node, node.type(1)), node.inputs());
  }

  /** The convolution that the node's attributes say, with weights of this type. */
  static Conv convolution(Node node, TensorType weights) {
    if (weights.rank() < 3) {
      throw node.invalid("the weights " + weights + " have no spatial dimension");
    }
    List<Long> kernel = new ArrayList<>();
    for (IntExpr size : weights.shape().dims().subList(2, weights.rank())) {
      Long known = SizeAlgebra.constant(size);
      if (known == null) {
        throw node.unsupported("a kernel of symbolic size " + size);
      }
      kernel.add(known);
    }
    if (!node.integers("kernel_shape", kernel).equals(kernel)) {
      throw node.invalid("kernel_shape differs from the weights " + weights);
    }
    return new Conv(Windows.of(node, kernel), node.integer("group", 1));
  }

  private static GraphExpr gemm(Node node) {
    DType dtype = node.type(0).dtype();
    if (node.rank(0) != 2 || node.rank(1) != 2) {
      throw node.invalid(
          "the operands must be matrices, got " + node.type(0) + ", " + node.type(1));
    }
    MatMul product = new MatMul(node.flag("transA", false), node.flag("transB", false));
    GraphExpr result =
        scaled(
            node, node.emit(product, node.input(0), node.input(1)), dtype, node.number("alpha", 1));
    double beta = node.number("beta", 1);
    if (!node.has(2) || beta == 0) {
      return result;
    }
    return node.binary(BinaryFunction.ADD, result, scaled(node, node.input(2), dtype, beta));
  }

  private static GraphExpr scaled(Node node, GraphExpr x, DType dtype, double factor) {
    if (factor == 1) {
      return x;
    }
    if (dtype.isFloat()) {
      return node.binary(BinaryFunction.MULTIPLY, x, node.scalar(dtype, factor));
    }
    // A factor is a float even for integer matrices.
    GraphExpr real = node.emit(new Cast(DType.FLOAT64), x);
    GraphExpr product =
        node.binary(BinaryFunction.MULTIPLY, real, node.scalar(DType.FLOAT64, factor));
    return node.emit(new Cast(dtype), product);
  }

  private static GraphExpr softmax(Node node, boolean log) {
    TensorType x = node.type(0);
    if (node.opset() >= 13) {
      return node.emit(new Softmax(node.axis("axis", -1, x.rank()), log), node.input(0));
    }
    // Up to opset 12 the dimensions from the axis on are taken as one.
    int axis = node.axis("axis", 1, x.rank());
    if (axis == x.rank() - 1) {
      return node.emit(new Softmax(axis, log), node.input(0));
    }
    IntExpr rows = product(x.shape().dims().subList(0, axis));
    IntExpr columns = product(x.shape().dims().subList(axis, x.rank()));
    GraphExpr matrix = node.emit(new Reshape(new Shape(List.of(rows, columns))), node.input(0));
    return node.emit(new Reshape(x.shape()), node.emit(new Softmax(1, log), matrix));
  }

  static IntExpr product(List<IntExpr> dims) {
    return SizeAlgebra.simplify(new Shape(dims).elements());
  }

  /** The dimensions in another order, unless it is the same. */
  static GraphExpr transpose(Node node, GraphExpr x, List<Integer> order) {
    List<Integer> same = IntStream.range(0, order.size()).boxed().toList();
    return order.equals(same) ? x : node.emit(new Transpose(order), x);
  }
}
