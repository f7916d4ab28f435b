package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.BitCast;
import dev.weft.graph.op.Cumulative;
import dev.weft.graph.op.GatherElements;
import dev.weft.graph.op.GatherNd;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.ScatterElements;
import dev.weft.graph.op.ScatterNd;
import dev.weft.graph.op.ScatterReduction;
import dev.weft.graph.op.TopK;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/** Operators over positions: gathering, scattering, masks, running sums, the best k. */
final class IndexConverters {
  private IndexConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put(
        "GatherElements",
        node -> {
          int axis = node.axis("axis", 0, node.rank(0));
          return List.of(node.emit(new GatherElements(axis), node.input(0), node.input(1)));
        });
    converters.put(
        "GatherND",
        node -> {
          int batch = (int) node.integer("batch_dims", 0);
          return List.of(node.emit(new GatherNd(batch), node.input(0), node.input(1)));
        });
    converters.put("ScatterElements", node -> List.of(scatterElements(node)));
    converters.put("Scatter", node -> List.of(scatterElements(node)));
    converters.put(
        "ScatterND",
        node -> List.of(node.emit(new ScatterNd(scatterReduction(node)), node.inputs())));
    converters.put("TensorScatter", node -> List.of(tensorScatter(node)));
    converters.put("TopK", IndexConverters::topK);
    converters.put("OneHot", node -> List.of(oneHot(node)));
    converters.put("EyeLike", node -> List.of(eyeLike(node)));
    converters.put("Trilu", node -> List.of(trilu(node)));
    converters.put("ReverseSequence", node -> List.of(reverseSequence(node)));
    converters.put("CumSum", node -> List.of(cumulative(node, false)));
    converters.put("CumProd", node -> List.of(cumulative(node, true)));
    converters.put("Hardmax", node -> List.of(hardmax(node)));
    converters.put("CenterCropPad", node -> List.of(centerCropPad(node)));
    converters.put("BitCast", node -> List.of(bitCast(node)));
    converters.put("Einsum", node -> List.of(Equations.einsum(node)));
  }

  private static GraphExpr scatterElements(Node node) {
    int axis = node.axis("axis", 0, node.rank(0));
    return node.emit(new ScatterElements(axis, scatterReduction(node)), node.inputs());
  }

  private static ScatterReduction scatterReduction(Node node) {
    return switch (node.text("reduction", "none")) {
      case "none" -> ScatterReduction.NONE;
      case "add" -> ScatterReduction.ADD;
      case "mul" -> ScatterReduction.MUL;
      case "max" -> ScatterReduction.MAX;
      case "min" -> ScatterReduction.MIN;
      default -> throw node.invalid("reduction '" + node.text("reduction", "") + "' is unknown");
    };
  }

  /** Where the update reaches, its element; elsewhere the cache's. */
  private static GraphExpr tensorScatter(Node node) {
    Emit emit = new Emit(node);
    TensorType past = node.type(0);
    TensorType update = node.type(1);
    int axis = node.axis("axis", -2, past.rank());
    boolean circular = node.text("mode", "linear").equals("circular");
    GraphExpr position = emit.iotaAlong(past.dim(axis), axis, past.rank(), DType.INT64);
    GraphExpr source = position;
    if (node.has(2)) {
      List<IntExpr> batch = new ArrayList<>(Collections.nCopies(past.rank(), IntExpr.of(1)));
      batch.set(0, past.dim(0));
      source = emit.sub(position, emit.reshape(node.input(2), batch));
    }
    if (circular) {
      source =
          emit.binary(BinaryFunction.FLOOR_MOD, source, emit.size(past.dim(axis), DType.INT64));
    }
    GraphExpr inside =
        emit.and(
            emit.atLeast(source, emit.int64(0)),
            emit.less(source, emit.size(update.dim(axis), DType.INT64)));
    GraphExpr safe = emit.where(inside, source, emit.int64(0));
    GraphExpr indices = emit.expand(safe, past.shape().dims());
    GraphExpr moved = node.emit(new GatherElements(axis), node.input(1), indices);
    return emit.where(inside, moved, node.input(0));
  }

  private static List<GraphExpr> topK(Node node) {
    TensorType x = node.type(0);
    int axis = node.axis("axis", -1, x.rank());
    IntExpr k = node.opset() < 10 ? IntExpr.of(node.integer("k", 0)) : node.sizes(1).get(0);
    return node.emitAll(new TopK(axis, k, node.flag("largest", true)), List.of(node.input(0)));
  }

  private static GraphExpr oneHot(Node node) {
    Emit emit = new Emit(node);
    int rank = node.rank(0) + 1;
    int axis = node.axis("axis", -1, rank);
    IntExpr depth = depth(node);
    GraphExpr indices = emit.unsqueeze(emit.cast(node.input(0), DType.INT64), axis);
    GraphExpr size = emit.size(depth, DType.INT64);
    GraphExpr negative = emit.less(indices, emit.int64(0));
    GraphExpr wanted = emit.where(negative, emit.add(indices, size), indices);
    GraphExpr hot = emit.equal(emit.iotaAlong(depth, axis, rank, DType.INT64), wanted);
    GraphExpr off = emit.slice(node.input(2), 0, IntExpr.of(0), IntExpr.of(1));
    GraphExpr on = emit.slice(node.input(2), 0, IntExpr.of(1), IntExpr.of(2));
    return emit.where(hot, emit.reshape(on, List.of()), emit.reshape(off, List.of()));
  }

  private static IntExpr depth(Node node) {
    Emit emit = new Emit(node);
    return node.constant(1) != null && node.type(1).dtype().isFloat()
        ? IntExpr.of((long) Objects.requireNonNull(node.constant(1)).getDouble(0))
        : emit.sizeOf(emit.cast(node.input(1), DType.INT64));
  }

  private static GraphExpr eyeLike(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    if (x.rank() != 2) {
      throw node.invalid("it takes a matrix, got " + x);
    }
    DType dtype = x.dtype();
    if (node.hasAttribute("dtype")) {
      DType wanted = OnnxTypes.dtype((int) node.integer("dtype", 0));
      if (wanted == null) {
        throw node.unsupported(OnnxTypes.name((int) node.integer("dtype", 0)));
      }
      dtype = wanted;
    }
    GraphExpr row = emit.iotaAlong(x.dim(0), 0, 2, DType.INT64);
    GraphExpr column = emit.iotaAlong(x.dim(1), 1, 2, DType.INT64);
    GraphExpr shifted = emit.add(row, emit.int64(node.integer("k", 0)));
    return emit.cast(emit.equal(shifted, column), dtype);
  }

  private static GraphExpr trilu(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    int rank = x.rank();
    if (rank < 2) {
      throw node.invalid("it takes matrices, got " + x);
    }
    GraphExpr row = emit.iotaAlong(x.dim(rank - 2), rank - 2, rank, DType.INT64);
    GraphExpr column = emit.iotaAlong(x.dim(rank - 1), rank - 1, rank, DType.INT64);
    GraphExpr border = node.has(1) ? emit.add(row, emit.reshape(node.input(1), List.of())) : row;
    boolean upper = node.flag("upper", true);
    GraphExpr kept = upper ? emit.atLeast(column, border) : emit.atMost(column, border);
    return emit.where(kept, node.input(0), emit.scalar(x.dtype(), 0));
  }

  private static GraphExpr reverseSequence(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    int batch = node.axis("batch_axis", 1, x.rank());
    int time = node.axis("time_axis", 0, x.rank());
    List<IntExpr> dims = new ArrayList<>(Collections.nCopies(x.rank(), IntExpr.of(1)));
    dims.set(batch, x.dim(batch));
    GraphExpr lengths = emit.reshape(emit.cast(node.input(1), DType.INT64), dims);
    GraphExpr position = emit.iotaAlong(x.dim(time), time, x.rank(), DType.INT64);
    GraphExpr mirrored = emit.sub(emit.add(lengths, emit.int64(-1)), position);
    GraphExpr source = emit.where(emit.less(position, lengths), mirrored, position);
    GraphExpr indices = emit.expand(source, x.shape().dims());
    return node.emit(new GatherElements(time), node.input(0), indices);
  }

  private static GraphExpr cumulative(Node node, boolean product) {
    boolean exclusive = node.flag("exclusive", false);
    boolean reverse = node.flag("reverse", false);
    return alongAxis(
        node,
        1,
        node.rank(0),
        node.rank(0),
        axis -> node.emit(new Cumulative(product, axis, exclusive, reverse), node.input(0)));
  }

  /**
   * A result that depends on an axis which an input gives. If it is not known before the model
   * runs, the result for every axis is worked out and the right one picked.
   *
   * @param count how many axes come into question, the first ones
   * @param rank what negative axes count back from
   */
  static GraphExpr alongAxis(
      Node node, int input, int count, int rank, IntFunction<GraphExpr> result) {
    if (node.knownSizes(input) != null) {
      return result.apply(node.axis(node.longs(input).get(0), rank));
    }
    Emit emit = new Emit(node);
    GraphExpr axis = emit.reshape(emit.cast(node.input(input), DType.INT64), List.of());
    GraphExpr negative = emit.less(axis, emit.int64(0));
    GraphExpr positive = emit.where(negative, emit.add(axis, emit.int64(rank)), axis);
    GraphExpr chosen = result.apply(0);
    for (int i = 1; i < count; i++) {
      chosen = emit.where(emit.equal(positive, emit.int64(i)), result.apply(i), chosen);
    }
    return chosen;
  }

  private static GraphExpr hardmax(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    boolean flattens = node.opset() < 13;
    int axis = node.axis("axis", flattens ? 1 : -1, x.rank());
    if (!flattens || axis == x.rank() - 1) {
      return hardmax(emit, node.input(0), axis);
    }
    // Up to opset 12 the dimensions from the axis on are taken as one.
    IntExpr rows = NeuralConverters.product(x.shape().dims().subList(0, axis));
    IntExpr columns = NeuralConverters.product(x.shape().dims().subList(axis, x.rank()));
    GraphExpr matrix = emit.reshape(node.input(0), rows, columns);
    return emit.reshape(hardmax(emit, matrix, 1), x.shape().dims());
  }

  private static GraphExpr hardmax(Emit emit, GraphExpr x, int axis) {
    GraphExpr best = emit.node().emit(new ArgReduce(true, axis, true, false), x);
    GraphExpr position = emit.iotaAlong(emit.dim(x, axis), axis, emit.rank(x), DType.INT64);
    return emit.cast(emit.equal(position, best), emit.dtype(x));
  }

  private static GraphExpr centerCropPad(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    List<Long> every = emit.range(0, x.rank()).stream().map(Integer::longValue).toList();
    List<Integer> axes = node.axes(node.integers("axes", every), x.rank());
    List<IntExpr> before = new ArrayList<>(Collections.nCopies(x.rank(), IntExpr.of(0)));
    List<IntExpr> after = new ArrayList<>(Collections.nCopies(x.rank(), IntExpr.of(0)));
    node.bindSizes(
        sizes -> {
          List<IntExpr> wanted = sizes.numbers(node.input(1));
          if (wanted.size() != axes.size()) {
            throw node.invalid("the shape " + wanted + " does not fit the axes " + axes);
          }
          for (int i = 0; i < axes.size(); i++) {
            IntExpr more = IntExpr.of(IntExpr.Op.SUB, wanted.get(i), x.dim(axes.get(i)));
            IntExpr first = halfTowardsZero(more);
            before.set(axes.get(i), sizes.signed("before", first));
            after.set(axes.get(i), sizes.signed("after", IntExpr.of(IntExpr.Op.SUB, more, first)));
          }
          return axes;
        });
    Pad pad = new Pad(before, after, Pad.Mode.CONSTANT);
    return emit.node().emit(pad, node.input(0), emit.scalar(x.dtype(), 0));
  }

  private static IntExpr halfTowardsZero(IntExpr number) {
    IntExpr two = IntExpr.of(2);
    IntExpr negated = IntExpr.of(IntExpr.Op.SUB, IntExpr.of(0), number);
    IntExpr up = IntExpr.of(IntExpr.Op.FLOOR_DIV, number, two);
    IntExpr down =
        IntExpr.of(IntExpr.Op.SUB, IntExpr.of(0), IntExpr.of(IntExpr.Op.FLOOR_DIV, negated, two));
    return SizeLogic.select(SizeLogic.less(number, 0), down, up);
  }

  private static GraphExpr bitCast(Node node) {
    int number = (int) node.integer("to", 0);
    DType dtype = OnnxTypes.dtype(number);
    if (dtype == null) {
      throw node.unsupported("the bits as " + OnnxTypes.name(number));
    }
    return node.emit(new BitCast(dtype), node.input(0));
  }
}
