package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeBinder;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Arange;
import dev.weft.graph.op.ArangeLength;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.Gather;
import dev.weft.graph.op.NonZero;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Operators that move elements, and constants. */
final class ShapeConverters {
  private ShapeConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("Constant", node -> List.of(constant(node)));
    converters.put("ConstantOfShape", node -> List.of(constantOfShape(node)));
    converters.put("Shape", node -> List.of(shape(node)));
    converters.put(
        "Size",
        node ->
            List.of(
                node.sizesTensor(
                    List.of(NeuralConverters.product(node.type(0).shape().dims())), true)));
    converters.put("Reshape", node -> List.of(reshape(node)));
    converters.put("Flatten", node -> List.of(flatten(node)));
    converters.put("Squeeze", node -> List.of(squeeze(node)));
    converters.put("Unsqueeze", node -> List.of(unsqueeze(node)));
    converters.put("Transpose", node -> List.of(transpose(node)));
    converters.put("Concat", node -> List.of(concat(node)));
    converters.put("Split", ShapeConverters::split);
    converters.put("Slice", node -> List.of(slice(node)));
    converters.put("Pad", node -> List.of(pad(node)));
    converters.put(
        "Gather",
        node -> {
          int axis = node.axis("axis", 0, node.rank(0));
          return List.of(node.emit(new Gather(axis), node.input(0), node.input(1)));
        });
    converters.put("Expand", node -> List.of(expand(node)));
    converters.put("NonZero", node -> List.of(nonZero(node)));
    converters.put("Range", node -> List.of(range(node)));
    converters.put("Tile", node -> List.of(tile(node)));
    converters.put("DepthToSpace", node -> List.of(depthToSpace(node)));
    converters.put("SpaceToDepth", node -> List.of(spaceToDepth(node)));
  }

  private static GraphExpr constant(Node node) {
    Tensor value = node.tensor("value");
    if (value != null) {
      return node.constant(value);
    }
    if (node.hasAttribute("value_float")) {
      return node.scalar(DType.FLOAT32, node.number("value_float", 0));
    }
    if (node.hasAttribute("value_int")) {
      return node.constant(Tensor.of(new long[] {node.integer("value_int", 0)}));
    }
    if (node.hasAttribute("value_ints")) {
      List<Long> values = node.integers("value_ints", List.of());
      long[] elements = values.stream().mapToLong(Long::longValue).toArray();
      return node.constant(Tensor.of(elements, elements.length));
    }
    if (node.hasAttribute("value_floats")) {
      List<Float> values = node.numbers("value_floats");
      Tensor tensor = Tensor.allocate(DType.FLOAT32, values.size());
      for (int i = 0; i < values.size(); i++) {
        tensor.setDouble(i, values.get(i));
      }
      return node.constant(tensor);
    }
    if (node.hasAttribute("value_string") || node.hasAttribute("value_strings")) {
      throw node.unsupported("a constant of strings");
    }
    Tensor sparse = node.sparseTensor("sparse_value");
    if (sparse != null) {
      return node.constant(sparse);
    }
    throw node.invalid("it has no value");
  }

  private static GraphExpr constantOfShape(Node node) {
    Tensor given = node.tensor("value");
    Tensor value = given == null ? Tensor.allocate(DType.FLOAT32, 1) : given;
    if (value.elements() != 1) {
      throw node.invalid("its value must have one element, got " + value);
    }
    GraphExpr element = new GraphExpr.Constant("", value.reshaped());
    return node.emit(new Expand(new Shape(node.sizes(0))), element);
  }

  private static GraphExpr shape(Node node) {
    int rank = node.rank(0);
    long start = clampedAxis(node.integer("start", 0), rank);
    long end = clampedAxis(node.integer("end", rank), rank);
    List<IntExpr> dims =
        start < end
            ? node.type(0).shape().dims().subList((int) start, (int) end)
            : List.<IntExpr>of();
    return node.sizesTensor(dims, false);
  }

  private static long clampedAxis(long axis, int rank) {
    return Math.clamp(axis < 0 ? axis + rank : axis, 0, rank);
  }

  private static GraphExpr reshape(Node node) {
    List<IntExpr> dims =
        node.bindSizes(
            sizes ->
                reshaped(
                    node,
                    node.opset() < 5 ? attributeSizes(node, "shape") : sizes.numbers(node.input(1)),
                    sizes));
    return node.emit(new Reshape(new Shape(dims)), node.input(0));
  }

  /** The result's dimensions: 0 stands for the operand's, -1 for what is left. */
  private static List<IntExpr> reshaped(Node node, List<IntExpr> wanted, SizeBinder sizes) {
    TensorType x = node.type(0);
    boolean allowZero = node.flag("allowzero", false);
    IntExpr open = IntExpr.of(0);
    IntExpr rest = IntExpr.of(1);
    List<IntExpr> given = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      IntExpr number = wanted.get(i);
      sizes.check(SizeLogic.atLeast(number, -1), "the shape " + wanted + " has a negative size");
      IntExpr size = number;
      if (!allowZero) {
        IntExpr copied = SizeLogic.equal(number, 0);
        if (i >= x.rank()) {
          sizes.check(
              SizeLogic.not(copied),
              "the shape " + wanted + " copies a dimension that " + x + " lacks");
        } else {
          size = SizeLogic.select(copied, x.dim(i), number);
        }
      }
      IntExpr isOpen = SizeLogic.less(number, 0);
      open = open.plus(isOpen);
      rest = rest.times(SizeLogic.select(isOpen, IntExpr.of(1), size));
      given.add(size);
    }
    sizes.check(SizeLogic.less(open, 2), "the shape " + wanted + " has more than one -1");
    IntExpr known = sizes.isKnown(rest) ? SizeAlgebra.simplify(rest) : rest;
    if (known.equals(IntExpr.of(0)) && open.equals(IntExpr.of(1))) {
      throw node.invalid("a shape of 0 elements can't have a -1");
    }
    // Division by 0 is an error even where its result isn't used.
    IntExpr divisor = sizes.isKnown(rest) ? known : SizeLogic.max(known, IntExpr.of(1));
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      IntExpr isOpen = SizeLogic.less(wanted.get(i), 0);
      IntExpr left =
          isOpen.equals(IntExpr.of(0))
              ? IntExpr.of(0)
              : IntExpr.of(
                  IntExpr.Op.FLOOR_DIV, NeuralConverters.product(x.shape().dims()), divisor);
      dims.add(sizes.size("d", SizeLogic.select(isOpen, left, given.get(i))));
    }
    return dims;
  }

  private static GraphExpr flatten(Node node) {
    TensorType x = node.type(0);
    long given = node.integer("axis", 1);
    int axis = (int) (given < 0 ? given + x.rank() : given);
    if (axis < 0 || axis > x.rank()) {
      throw node.invalid("axis " + given + " does not exist in " + x);
    }
    List<IntExpr> dims = x.shape().dims();
    IntExpr rows = NeuralConverters.product(dims.subList(0, axis));
    IntExpr columns = NeuralConverters.product(dims.subList(axis, x.rank()));
    return node.emit(new Reshape(new Shape(List.of(rows, columns))), node.input(0));
  }

  /** The axes of Squeeze and Unsqueeze: an attribute before version 13, an input since. */
  private static List<IntExpr> axes(Node node, SizeBinder sizes) {
    return node.opset() >= 13 && node.has(1)
        ? sizes.numbers(node.input(1))
        : attributeSizes(node, "axes");
  }

  private static GraphExpr squeeze(Node node) {
    TensorType x = node.type(0);
    boolean all = !node.has(1) && !node.hasAttribute("axes");
    List<IntExpr> dims =
        all
            ? x.shape().dims().stream().filter(dim -> !dim.equals(IntExpr.of(1))).toList()
            : node.bindSizes(
                sizes -> {
                  AxisSet axes = AxisSet.of(axes(node, sizes), x.rank(), sizes);
                  for (int d = 0; d < x.rank(); d++) {
                    sizes.check(
                        SizeLogic.or(SizeLogic.not(axes.contains(d)), SizeLogic.equal(x.dim(d), 1)),
                        "dimension " + d + " of " + x + " can't be dropped: it is not 1");
                  }
                  return axes.without(x.shape().dims(), sizes);
                });
    return node.emit(new Reshape(new Shape(dims)), node.input(0));
  }

  private static GraphExpr unsqueeze(Node node) {
    TensorType x = node.type(0);
    List<IntExpr> dims =
        node.bindSizes(
            sizes -> {
              List<IntExpr> given = axes(node, sizes);
              AxisSet axes = AxisSet.of(given, x.rank() + given.size(), sizes);
              return axes.with(x.shape().dims(), sizes);
            });
    return node.emit(new Reshape(new Shape(dims)), node.input(0));
  }

  private static GraphExpr transpose(Node node) {
    int rank = node.rank(0);
    List<Long> reversed = IntStream.range(0, rank).mapToObj(i -> (long) (rank - 1 - i)).toList();
    List<Integer> order = node.axes(node.integers("perm", reversed), rank);
    return NeuralConverters.transpose(node, node.input(0), order);
  }

  private static GraphExpr concat(Node node) {
    if (node.opset() >= 4 && !node.hasAttribute("axis")) {
      throw node.invalid("it has no axis");
    }
    return node.emit(new Concat(node.axis("axis", 1, node.rank(0))), node.inputs());
  }

  private static List<GraphExpr> split(Node node) {
    TensorType x = node.type(0);
    int axis = node.axis("axis", 0, x.rank());
    return Parts.along(node, axis, splitLengths(node, x.dim(axis)));
  }

  private static List<IntExpr> splitLengths(Node node, IntExpr size) {
    boolean asInput = node.opset() >= 13 || node.opset() == 1;
    if (asInput && node.has(1)) {
      // Version 1 has them as numbers of the operand's type.
      return node.sizes(new Emit(node).cast(node.input(1), DType.INT64));
    }
    List<Long> given = node.integers("split", List.of());
    if (!given.isEmpty()) {
      return given.stream().map(IntExpr::of).toList();
    }
    long count = node.integer("num_outputs", node.outputCount());
    IntExpr length = SizeAlgebra.ceilDiv(size, count);
    List<IntExpr> lengths = new ArrayList<>(Collections.nCopies((int) count, length));
    IntExpr before = SizeAlgebra.times(length, IntExpr.of(count - 1));
    lengths.set((int) count - 1, SizeAlgebra.minus(size, before));
    return lengths;
  }

  private static GraphExpr slice(Node node) {
    return slice(node, node.opset() < 10);
  }

  /** What became of Slice in version 10, under its experimental name. */
  static GraphExpr dynamicSlice(Node node) {
    return slice(node, false);
  }

  /**
   * Part of a tensor.
   *
   * @param attributes whether starts, ends and axes are attributes, not inputs
   */
  private static GraphExpr slice(Node node, boolean attributes) {
    TensorType x = node.type(0);
    Slice slice =
        node.bindSizes(
            sizes -> {
              List<IntExpr> starts =
                  attributes ? attributeSizes(node, "starts") : sizes.numbers(node.input(1));
              List<IntExpr> ends =
                  attributes ? attributeSizes(node, "ends") : sizes.numbers(node.input(2));
              int count = starts.size();
              List<IntExpr> axes =
                  attributes
                      ? attributeSizes(node, "axes")
                      : node.has(3) ? sizes.numbers(node.input(3)) : List.of();
              if (axes.isEmpty()) {
                axes = IntStream.range(0, count).mapToObj(IntExpr::of).toList();
              }
              List<IntExpr> steps =
                  !attributes && node.has(4)
                      ? sizes.numbers(node.input(4))
                      : Collections.nCopies(count, IntExpr.of(1));
              if (ends.size() != count || axes.size() != count || steps.size() != count) {
                throw node.invalid("starts, ends, axes and steps must be equally many");
              }
              AxisSet set = AxisSet.of(axes, x.rank(), sizes);
              return SliceBounds.slice(x, set, starts, ends, steps, sizes);
            });
    return node.emit(slice, node.input(0));
  }

  private static List<IntExpr> attributeSizes(Node node, String key) {
    return node.integers(key, List.of()).stream().map(IntExpr::of).toList();
  }

  private static GraphExpr pad(Node node) {
    TensorType x = node.type(0);
    boolean attributes = node.opset() < 11;
    String key = node.opset() < 2 ? "paddings" : "pads";
    int rank = x.rank();
    List<IntExpr> before = new ArrayList<>();
    List<IntExpr> after = new ArrayList<>();
    node.bindSizes(
        sizes -> {
          List<IntExpr> pads =
              attributes ? attributeSizes(node, key) : sizes.numbers(node.input(1));
          List<IntExpr> axes =
              node.has(3)
                  ? sizes.numbers(node.input(3))
                  : IntStream.range(0, rank).mapToObj(IntExpr::of).toList();
          int count = axes.size();
          if (pads.size() != 2 * count) {
            throw node.invalid("pads " + pads + " need " + 2 * count + " entries");
          }
          AxisSet set = AxisSet.of(axes, rank, sizes);
          IntExpr none = IntExpr.of(0);
          for (int d = 0; d < rank; d++) {
            before.add(sizes.signed("before", set.at(d, pads.subList(0, count), none)));
            after.add(sizes.signed("after", set.at(d, pads.subList(count, 2 * count), none)));
          }
          return set;
        });
    Pad.Mode mode =
        switch (node.text("mode", "constant")) {
          case "constant" -> Pad.Mode.CONSTANT;
          case "edge" -> Pad.Mode.EDGE;
          case "reflect" -> Pad.Mode.REFLECT;
          case "wrap" -> Pad.Mode.WRAP;
          default -> throw node.invalid("mode '" + node.text("mode", "") + "' does not exist");
        };
    Pad operator = new Pad(before, after, mode);
    if (mode != Pad.Mode.CONSTANT) {
      return node.emit(operator, node.input(0));
    }
    GraphExpr value =
        !attributes && node.has(2)
            ? node.input(2)
            : node.scalar(x.dtype(), attributes ? node.number("value", 0) : 0);
    return node.emit(operator, node.input(0), value);
  }

  private static GraphExpr expand(Node node) {
    TensorType x = node.type(0);
    List<IntExpr> wanted = node.sizes(1);
    int rank = Math.max(x.rank(), wanted.size());
    List<IntExpr> dims =
        node.bindSizes(
            sizes -> {
              List<IntExpr> both = new ArrayList<>();
              for (int i = 0; i < rank; i++) {
                int own = i - (rank - x.rank());
                int other = i - (rank - wanted.size());
                IntExpr size = own < 0 ? IntExpr.of(1) : x.dim(own);
                IntExpr want = other < 0 ? IntExpr.of(1) : wanted.get(other);
                both.add(broadcast(sizes, size, want));
              }
              return both;
            });
    return node.emit(new Expand(new Shape(dims)), node.input(0));
  }

  private static IntExpr broadcast(SizeBinder sizes, IntExpr size, IntExpr want) {
    sizes.check(SizeLogic.broadcastable(size, want), size + " can't be broadcast to " + want);
    Long have = SizeAlgebra.constant(size);
    if (have != null) {
      return have == 1 ? want : size;
    }
    Long number = SizeAlgebra.constant(want);
    if (number != null) {
      return number == 1 ? size : want;
    }
    return SizeAlgebra.equal(size, want)
        ? size
        : sizes.symbol("both", SizeLogic.broadcast(size, want));
  }

  private static GraphExpr nonZero(Node node) {
    TensorType x = node.type(0);
    GraphExpr flags = node.emit(new Cast(DType.BOOL), node.input(0));
    GraphExpr ones = node.emit(new Cast(DType.INT64), flags);
    List<Integer> all = IntStream.range(0, x.rank()).boxed().toList();
    GraphExpr count = x.rank() == 0 ? ones : node.emit(new Reduce(Reduction.SUM, all, false), ones);
    return node.emit(new NonZero(node.size(count)), node.input(0));
  }

  private static GraphExpr range(Node node) {
    GraphExpr start = scalar(node, 0);
    GraphExpr limit = scalar(node, 1);
    GraphExpr step = scalar(node, 2);
    IntExpr length =
        node.type(0).dtype().isFloat()
            ? node.size(node.emit(new ArangeLength(), start, limit, step))
            : node.bindSizes(
                sizes -> {
                  IntExpr stride = sizes.number(node.input(2), 0);
                  IntExpr none = SizeLogic.equal(stride, 0);
                  sizes.check(SizeLogic.not(none), "delta is 0");
                  IntExpr distance =
                      IntExpr.of(
                          IntExpr.Op.SUB,
                          sizes.number(node.input(0), 0),
                          sizes.number(node.input(1), 0));
                  // ceil(a / b) is -floor(-a / b); no division by 0 before the check tells.
                  IntExpr steps =
                      IntExpr.of(
                          IntExpr.Op.SUB,
                          IntExpr.of(0),
                          IntExpr.of(IntExpr.Op.FLOOR_DIV, distance, stride.plus(none)));
                  return sizes.size("length", SizeLogic.max(steps, IntExpr.of(0)));
                });
    return node.emit(new Arange(length), start, step);
  }

  /** An input of one element, without dimensions. */
  private static GraphExpr scalar(Node node, int index) {
    return node.rank(index) == 0
        ? node.input(index)
        : node.emit(new Reshape(Shape.of()), node.input(index));
  }

  /** Each dimension d becomes {@code [1, d]}, is broadcast to {@code [repeats, d]}, and merged. */
  private static GraphExpr tile(Node node) {
    TensorType x = node.type(0);
    List<IntExpr> repeats = node.opset() < 6 ? repeatsAlongOne(node) : node.sizes(1);
    if (repeats.size() != x.rank()) {
      throw node.invalid("repeats " + repeats + " don't fit " + x);
    }
    List<IntExpr> split = new ArrayList<>();
    List<IntExpr> wide = new ArrayList<>();
    List<IntExpr> merged = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      split.addAll(List.of(IntExpr.of(1), x.dim(i)));
      wide.addAll(List.of(repeats.get(i), x.dim(i)));
      merged.add(SizeAlgebra.times(repeats.get(i), x.dim(i)));
    }
    GraphExpr apart = node.emit(new Reshape(new Shape(split)), node.input(0));
    GraphExpr broadcast = node.emit(new Expand(new Shape(wide)), apart);
    return node.emit(new Reshape(new Shape(merged)), broadcast);
  }

  /** Version 1: the number of copies and the axis, both as numbers of the operand's type. */
  private static List<IntExpr> repeatsAlongOne(Node node) {
    Emit emit = new Emit(node);
    IntExpr copies = node.size(emit.cast(scalar(node, 1), DType.INT64));
    GraphExpr axis = emit.cast(scalar(node, 2), DType.INT64);
    int rank = node.rank(0);
    return node.bindSizes(
        sizes -> {
          AxisSet axes = AxisSet.of(List.of(sizes.number(axis, 0)), rank, sizes);
          List<IntExpr> repeats = new ArrayList<>();
          for (int d = 0; d < rank; d++) {
            repeats.add(sizes.size("repeats", axes.at(d, List.of(copies), IntExpr.of(1))));
          }
          return repeats;
        });
  }

  private static GraphExpr depthToSpace(Node node) {
    TensorType x = node.type(0);
    IntExpr block = IntExpr.of(node.integer("blocksize", 1));
    IntExpr depth = SizeAlgebra.floorDiv(x.dim(1), SizeAlgebra.times(block, block));
    boolean columnsFirst = node.text("mode", "DCR").equals("CRD");
    List<IntExpr> split =
        columnsFirst
            ? List.of(x.dim(0), depth, block, block, x.dim(2), x.dim(3))
            : List.of(x.dim(0), block, block, depth, x.dim(2), x.dim(3));
    List<Integer> order = columnsFirst ? List.of(0, 1, 4, 2, 5, 3) : List.of(0, 3, 4, 1, 5, 2);
    List<IntExpr> merged =
        List.of(
            x.dim(0),
            depth,
            SizeAlgebra.times(x.dim(2), block),
            SizeAlgebra.times(x.dim(3), block));
    return rearranged(node, split, order, merged);
  }

  private static GraphExpr spaceToDepth(Node node) {
    TensorType x = node.type(0);
    IntExpr block = IntExpr.of(node.integer("blocksize", 1));
    IntExpr rows = SizeAlgebra.floorDiv(x.dim(2), block);
    IntExpr columns = SizeAlgebra.floorDiv(x.dim(3), block);
    List<IntExpr> split = List.of(x.dim(0), x.dim(1), rows, block, columns, block);
    IntExpr depth = SizeAlgebra.times(x.dim(1), SizeAlgebra.times(block, block));
    return rearranged(
        node, split, List.of(0, 3, 5, 1, 2, 4), List.of(x.dim(0), depth, rows, columns));
  }

  private static GraphExpr rearranged(
      Node node, List<IntExpr> split, List<Integer> order, List<IntExpr> merged) {
    GraphExpr apart = node.emit(new Reshape(new Shape(split)), node.input(0));
    GraphExpr moved = NeuralConverters.transpose(node, apart, order);
    return node.emit(new Reshape(new Shape(merged)), moved);
  }
}
