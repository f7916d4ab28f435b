package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.Gather;
import dev.weft.graph.op.Iota;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Slice;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Where;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Binds calls of graph operators for a node whose definition is a composition of others. */
record Emit(Node node) {
  TensorType type(GraphExpr x) {
    return node.tensorType(x);
  }

  DType dtype(GraphExpr x) {
    return type(x).dtype();
  }

  int rank(GraphExpr x) {
    return type(x).rank();
  }

  IntExpr dim(GraphExpr x, int axis) {
    return type(x).dim(axis);
  }

  // Numbers.

  /** A number without dimensions. */
  GraphExpr scalar(DType dtype, double value) {
    return node.scalar(dtype, value);
  }

  /** A number of a value's element type. */
  GraphExpr like(GraphExpr x, double value) {
    return node.scalar(dtype(x), value);
  }

  /** An exact int64 number without dimensions. */
  GraphExpr int64(long value) {
    Tensor tensor = Tensor.allocate(DType.INT64);
    tensor.setLong(0, value);
    return new GraphExpr.Constant("", tensor);
  }

  GraphExpr int64s(List<Long> values) {
    long[] elements = values.stream().mapToLong(Long::longValue).toArray();
    return new GraphExpr.Constant("", Tensor.of(elements, elements.length));
  }

  /** A size as a number of an element type, without dimensions. */
  GraphExpr size(IntExpr size, DType dtype) {
    Long known = SizeAlgebra.constant(size);
    return known != null
        ? scalar(dtype, known)
        : cast(node.sizesTensor(List.of(size), true), dtype);
  }

  /** The size that an integer tensor of one element holds. */
  IntExpr sizeOf(GraphExpr tensor) {
    return node.size(tensor);
  }

  /** The position of each element along an axis. */
  GraphExpr iota(List<IntExpr> dims, int axis, DType dtype) {
    return node.emit(new Iota(new Shape(dims), axis, dtype));
  }

  /**
   * 0, 1, … with dimensions of size 1 around, so that it is broadcast along one of {@code rank}.
   */
  GraphExpr iotaAlong(IntExpr size, int axis, int rank, DType dtype) {
    List<IntExpr> dims = new ArrayList<>(Collections.nCopies(rank, IntExpr.of(1)));
    dims.set(axis, size);
    return iota(dims, axis, dtype);
  }

  // Element by element.

  GraphExpr cast(GraphExpr x, DType dtype) {
    return dtype(x).equals(dtype) ? x : node.emit(new Cast(dtype), x);
  }

  GraphExpr unary(UnaryFunction function, GraphExpr x) {
    return node.emit(new Unary(function), x);
  }

  GraphExpr binary(BinaryFunction function, GraphExpr a, GraphExpr b) {
    return node.emit(new Binary(function), a, b);
  }

  GraphExpr add(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.ADD, a, b);
  }

  GraphExpr add(GraphExpr a, double b) {
    return b == 0 ? a : add(a, like(a, b));
  }

  GraphExpr sub(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.SUBTRACT, a, b);
  }

  GraphExpr mul(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.MULTIPLY, a, b);
  }

  GraphExpr mul(GraphExpr a, double b) {
    return b == 1 ? a : mul(a, like(a, b));
  }

  GraphExpr div(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.DIVIDE, a, b);
  }

  GraphExpr max(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.MAXIMUM, a, b);
  }

  GraphExpr min(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.MINIMUM, a, b);
  }

  GraphExpr equal(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.EQUAL, a, b);
  }

  GraphExpr less(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.LESS, a, b);
  }

  GraphExpr atLeast(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.GREATER_EQUAL, a, b);
  }

  GraphExpr atMost(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.LESS_EQUAL, a, b);
  }

  GraphExpr and(GraphExpr a, GraphExpr b) {
    return binary(BinaryFunction.LOGICAL_AND, a, b);
  }

  GraphExpr where(GraphExpr condition, GraphExpr a, GraphExpr b) {
    return node.emit(new Where(), condition, a, b);
  }

  GraphExpr sqrt(GraphExpr x) {
    return unary(UnaryFunction.SQRT, x);
  }

  GraphExpr neg(GraphExpr x) {
    return unary(UnaryFunction.NEG, x);
  }

  GraphExpr square(GraphExpr x) {
    return mul(x, x);
  }

  // Reductions, products.

  GraphExpr sum(GraphExpr x, List<Integer> axes, boolean keepDims) {
    return reduce(Reduction.SUM, x, axes, keepDims);
  }

  GraphExpr mean(GraphExpr x, List<Integer> axes, boolean keepDims) {
    return reduce(Reduction.MEAN, x, axes, keepDims);
  }

  GraphExpr reduce(Reduction reduction, GraphExpr x, List<Integer> axes, boolean keepDims) {
    return node.emit(new Reduce(reduction, axes, keepDims), x);
  }

  GraphExpr matmul(GraphExpr a, GraphExpr b) {
    return node.emit(new MatMul(), a, b);
  }

  GraphExpr gather(GraphExpr x, GraphExpr indices, int axis) {
    return node.emit(new Gather(axis), x, indices);
  }

  // Shapes.

  GraphExpr reshape(GraphExpr x, List<IntExpr> dims) {
    return node.emit(new Reshape(new Shape(dims)), x);
  }

  GraphExpr reshape(GraphExpr x, IntExpr... dims) {
    return reshape(x, List.of(dims));
  }

  /** Adds dimensions of size 1 at these places of the result. */
  GraphExpr unsqueeze(GraphExpr x, Integer... axes) {
    List<IntExpr> dims = new ArrayList<>(type(x).shape().dims());
    Arrays.sort(axes);
    for (int axis : axes) {
      dims.add(axis, IntExpr.of(1));
    }
    return reshape(x, dims);
  }

  /** Takes a dimension of size 1 away. */
  GraphExpr squeeze(GraphExpr x, int axis) {
    List<IntExpr> dims = new ArrayList<>(type(x).shape().dims());
    dims.remove(axis);
    return reshape(x, dims);
  }

  GraphExpr expand(GraphExpr x, List<IntExpr> dims) {
    return node.emit(new Expand(new Shape(dims)), x);
  }

  GraphExpr transpose(GraphExpr x, Integer... order) {
    return transpose(x, List.of(order));
  }

  GraphExpr transpose(GraphExpr x, List<Integer> order) {
    List<Integer> same = IntStream.range(0, order.size()).boxed().toList();
    return order.equals(same) ? x : node.emit(new Transpose(order), x);
  }

  /** Elements {@code [start, end)} of an axis, which must lie within it. */
  GraphExpr slice(GraphExpr x, int axis, IntExpr start, IntExpr end) {
    return slice(x, axis, start, end, 1);
  }

  GraphExpr slice(GraphExpr x, int axis, IntExpr start, IntExpr end, long step) {
    int rank = rank(x);
    List<IntExpr> starts = new ArrayList<>(Collections.nCopies(rank, IntExpr.of(0)));
    List<IntExpr> steps = new ArrayList<>(Collections.nCopies(rank, IntExpr.of(1)));
    List<IntExpr> lengths = new ArrayList<>(type(x).shape().dims());
    starts.set(axis, start);
    steps.set(axis, IntExpr.of(step));
    lengths.set(axis, SizeAlgebra.ceilDiv(SizeAlgebra.minus(end, start), step));
    return node.emit(new Slice(starts, steps, lengths), x);
  }

  GraphExpr concat(int axis, GraphExpr... parts) {
    return concat(axis, List.of(parts));
  }

  GraphExpr concat(int axis, List<GraphExpr> parts) {
    return parts.size() == 1 ? parts.get(0) : node.emit(new Concat(axis), parts);
  }

  List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }
}
