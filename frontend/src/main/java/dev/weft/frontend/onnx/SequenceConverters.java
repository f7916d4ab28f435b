package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Reshape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sequences and optional values: what there is in them is known at import, where it is may not. */
final class SequenceConverters {
  /** Sequences are taken apart, each element an operator of its own, so up to so many. */
  private static final long LONGEST = 1 << 14;

  private SequenceConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("SequenceEmpty", node -> List.of(new GraphExpr.Tuple(List.of())));
    converters.put("SequenceConstruct", node -> List.of(new GraphExpr.Tuple(node.inputs())));
    converters.put(
        "SequenceLength",
        node -> {
          return List.of(node.sizesTensor(List.of(length(node)), true));
        });
    converters.put(
        "SequenceAt", node -> List.of(isOpen(node) ? atOpen(node) : at(node, elements(node, 0))));
    converters.put("SequenceInsert", node -> List.of(insert(node, elements(node, 0))));
    converters.put("SequenceErase", node -> List.of(erase(node, elements(node, 0))));
    converters.put("SequenceMap", SequenceConverters::map);
    converters.put("SplitToSequence", node -> List.of(new GraphExpr.Tuple(split(node))));
    converters.put("ConcatFromSequence", node -> List.of(concat(node)));
    converters.put("Optional", node -> List.of(node.has(0) ? node.input(0) : Sequences.NOTHING));
    converters.put("OptionalHasElement", node -> List.of(hasElement(node)));
    converters.put("OptionalGetElement", node -> List.of(getElement(node)));
  }

  private static List<GraphExpr> elements(Node node, int index) {
    node.openSequences().refuse(List.of(node.input(index)));
    return fields(node, index);
  }

  /** Whether only the run knows how many elements there are in the first input. */
  private static boolean isOpen(Node node) {
    return node.openSequences().isOpen(node.input(0));
  }

  /** The elements, the last of which is a stack of them if only the run knows how many. */
  private static List<GraphExpr> fields(Node node, int index) {
    if (node.input(index) instanceof GraphExpr.Tuple(List<GraphExpr> fields)) {
      return fields;
    }
    throw node.invalid("input " + index + " is no sequence but " + node.input(index).type());
  }

  private static IntExpr length(Node node) {
    List<GraphExpr> fields = fields(node, 0);
    return isOpen(node)
        ? SizeAlgebra.plus(node.tensorType(fields.getLast()).dim(0), fields.size() - 1)
        : IntExpr.of(fields.size());
  }

  /** An element of a sequence that is one stack, by a position that may count from the end. */
  private static GraphExpr atOpen(Node node) {
    Emit emit = new Emit(node);
    List<GraphExpr> fields = fields(node, 0);
    if (fields.size() > 1) {
      throw node.unsupported("an element of a sequence that a loop appends to others");
    }
    IntExpr count = length(node);
    GraphExpr position = emit.cast(emit.reshape(node.input(1), List.of()), DType.INT64);
    IntExpr from =
        node.bindSizes(
            sizes -> {
              IntExpr number = sizes.number(position, 0);
              IntExpr negative = SizeLogic.less(number, 0);
              IntExpr chosen = number.plus(negative.times(count));
              sizes.check(
                  SizeLogic.and(SizeLogic.atLeast(chosen, 0), SizeLogic.less(chosen, count)),
                  "the position doesn't exist in the sequence");
              return sizes.size("position", chosen);
            });
    return emit.gather(fields.getFirst(), emit.size(from, DType.INT64), 0);
  }

  /** A position among {@code count}, from 0; null if only the run knows it. */
  private static @Nullable Integer position(Node node, int index, int count) {
    List<IntExpr> known = node.knownSizes(index);
    Long number = known != null && known.size() == 1 ? SizeAlgebra.constant(known.get(0)) : null;
    if (number == null) {
      return null;
    }
    long position = number < 0 ? number + count : number;
    if (position < 0 || position >= count) {
      throw node.invalid("position " + number + " doesn't exist among " + count);
    }
    return (int) position;
  }

  private static GraphExpr at(Node node, List<GraphExpr> elements) {
    Integer position = position(node, 1, elements.size());
    if (position != null) {
      return elements.get(position);
    }
    if (elements.isEmpty()) {
      throw node.invalid("an element of an empty sequence");
    }
    checkPosition(node, 1, elements.size());
    GraphExpr result = elements.getLast();
    for (int i = elements.size() - 2; i >= 0; i--) {
      result = choose(node, isAt(node, 1, i, elements.size()), elements.get(i), result);
    }
    return result;
  }

  private static void checkPosition(Node node, int input, int count) {
    node.bindSizes(
        sizes -> {
          IntExpr number = sizes.number(node.input(input), 0);
          AxisSet.of(List.of(number), count, sizes);
          return number;
        });
  }

  /** Whether a position, which may count from the end, is a certain one. */
  private static GraphExpr isAt(Node node, int input, int position, int count) {
    DType dtype = node.type(input).dtype();
    GraphExpr fromStart =
        node.binary(BinaryFunction.EQUAL, node.input(input), node.scalar(dtype, position));
    GraphExpr fromEnd =
        node.binary(BinaryFunction.EQUAL, node.input(input), node.scalar(dtype, position - count));
    return node.binary(BinaryFunction.LOGICAL_OR, fromStart, fromEnd);
  }

  private static GraphExpr choose(Node node, GraphExpr condition, GraphExpr a, GraphExpr b) {
    return node.builder().choice(condition, () -> List.of(a), () -> List.of(b)).get(0);
  }

  private static GraphExpr insert(Node node, List<GraphExpr> elements) {
    int count = elements.size() + 1;
    GraphExpr element = node.input(1);
    Integer position = node.has(2) ? insertion(node, count) : Integer.valueOf(count - 1);
    List<GraphExpr> all = new ArrayList<>(elements);
    if (position != null) {
      all.add(position, element);
      return new GraphExpr.Tuple(all);
    }
    // Before the place each element stays, behind it each moves on by one.
    all.clear();
    GraphExpr moved = null;
    for (int i = 0; i < count; i++) {
      // A position from the end counts the elements that there were before.
      GraphExpr here = isInsertedAt(node, i, count);
      moved = moved == null ? here : node.binary(BinaryFunction.LOGICAL_OR, moved, here);
      GraphExpr before = i == 0 ? element : elements.get(i - 1);
      GraphExpr notHere = i == count - 1 ? before : choose(node, moved, before, elements.get(i));
      all.add(choose(node, here, element, notHere));
    }
    checkInsertion(node, count);
    return new GraphExpr.Tuple(all);
  }

  private static @Nullable Integer insertion(Node node, int count) {
    List<IntExpr> known = node.knownSizes(2);
    Long number = known != null && known.size() == 1 ? SizeAlgebra.constant(known.get(0)) : null;
    if (number == null) {
      return null;
    }
    long position = number < 0 ? number + count - 1 : number;
    if (position < 0 || position >= count) {
      throw node.invalid("position " + number + " doesn't exist among " + count);
    }
    return (int) position;
  }

  private static GraphExpr isInsertedAt(Node node, int position, int count) {
    DType dtype = node.type(2).dtype();
    GraphExpr fromStart =
        node.binary(BinaryFunction.EQUAL, node.input(2), node.scalar(dtype, position));
    if (position == count - 1) {
      return fromStart;
    }
    GraphExpr fromEnd =
        node.binary(
            BinaryFunction.EQUAL, node.input(2), node.scalar(dtype, position - (count - 1)));
    return node.binary(BinaryFunction.LOGICAL_OR, fromStart, fromEnd);
  }

  private static void checkInsertion(Node node, int count) {
    node.bindSizes(
        sizes -> {
          IntExpr number = sizes.number(node.input(2), 0);
          sizes.check(
              SizeLogic.and(SizeLogic.atLeast(number, 1 - count), SizeLogic.less(number, count)),
              "the position doesn't exist among " + count);
          return number;
        });
  }

  private static GraphExpr erase(Node node, List<GraphExpr> elements) {
    int count = elements.size();
    if (count == 0) {
      throw node.invalid("nothing can be taken out of an empty sequence");
    }
    List<GraphExpr> rest = new ArrayList<>(elements);
    Integer position = node.has(1) ? position(node, 1, count) : Integer.valueOf(count - 1);
    if (position != null) {
      rest.remove((int) position);
      return new GraphExpr.Tuple(rest);
    }
    checkPosition(node, 1, count);
    rest.clear();
    GraphExpr moved = null;
    for (int i = 0; i < count - 1; i++) {
      GraphExpr here = isAt(node, 1, i, count);
      moved = moved == null ? here : node.binary(BinaryFunction.LOGICAL_OR, moved, here);
      rest.add(choose(node, moved, elements.get(i + 1), elements.get(i)));
    }
    return new GraphExpr.Tuple(rest);
  }

  private static List<GraphExpr> map(Node node) {
    int count = elements(node, 0).size();
    List<List<GraphExpr>> results = new ArrayList<>();
    int outputs = node.outputCount();
    for (int o = 0; o < outputs; o++) {
      results.add(new ArrayList<>());
    }
    for (int i = 0; i < count; i++) {
      List<GraphExpr> given = new ArrayList<>();
      node.openSequences().refuse(node.inputs());
      for (GraphExpr input : node.inputs()) {
        if (input instanceof GraphExpr.Tuple(List<GraphExpr> fields)) {
          if (fields.size() != count) {
            throw node.invalid(
                "its sequences have " + count + " and " + fields.size() + " tensors");
          }
          given.add(fields.get(i));
        } else {
          given.add(input);
        }
      }
      List<GraphExpr> values = node.build(node.body("body"), given);
      for (int o = 0; o < outputs; o++) {
        results.get(o).add(values.get(o));
      }
    }
    return results.stream().<GraphExpr>map(GraphExpr.Tuple::new).toList();
  }

  private static List<GraphExpr> split(Node node) {
    TensorType x = node.type(0);
    int axis = node.axis("axis", 0, x.rank());
    Long size = SizeAlgebra.constant(x.dim(axis));
    boolean keep = node.has(1) || node.flag("keepdims", true);
    List<IntExpr> lengths;
    if (!node.has(1)) {
      lengths =
          size == null || size > LONGEST
              ? List.of()
              : Collections.nCopies(size.intValue(), IntExpr.of(1));
    } else if (node.rank(1) == 1) {
      lengths = node.sizes(1);
    } else {
      List<IntExpr> known = node.knownSizes(1);
      Long part = known == null ? null : SizeAlgebra.constant(known.get(0));
      lengths = size == null || part == null ? List.of() : parts(node, size, part);
    }
    if (size != null && size > LONGEST && !node.has(1)) {
      throw tooLong(node, size);
    }
    if (lengths.isEmpty() && (size == null || size > 0)) {
      throw node.unsupported("a sequence whose length only the run knows");
    }
    List<GraphExpr> tensors = Parts.along(node, axis, lengths);
    if (keep) {
      return tensors;
    }
    List<IntExpr> dims = new ArrayList<>(x.shape().dims());
    dims.remove(axis);
    Reshape drop = new Reshape(new Shape(dims));
    return tensors.stream().map(part -> node.emit(drop, part)).toList();
  }

  private static Node.UnsupportedException tooLong(Node node, long length) {
    return node.unsupported("a sequence of " + length + " tensors");
  }

  private static List<IntExpr> parts(Node node, long size, long part) {
    if (part < 1) {
      throw node.invalid("parts of " + part);
    }
    if (size / part > LONGEST) {
      throw tooLong(node, size / part);
    }
    List<IntExpr> lengths = new ArrayList<>();
    for (long begin = 0; begin < size; begin += part) {
      lengths.add(IntExpr.of(Math.min(part, size - begin)));
    }
    return lengths;
  }

  private static GraphExpr concat(Node node) {
    Emit emit = new Emit(node);
    List<GraphExpr> fields = fields(node, 0);
    if (fields.isEmpty()) {
      throw node.invalid("an empty sequence can't be concatenated");
    }
    boolean open = isOpen(node);
    boolean newAxis = node.flag("new_axis", false);
    int known = open ? fields.size() - 1 : fields.size();
    int own = emit.rank(fields.getFirst()) - (open && known == 0 ? 1 : 0);
    int axis = node.axis("axis", 0, own + (newAxis ? 1 : 0));
    List<GraphExpr> parts = new ArrayList<>();
    for (GraphExpr element : fields.subList(0, known)) {
      parts.add(newAxis ? emit.unsqueeze(element, axis) : element);
    }
    if (open) {
      parts.add(joined(emit, fields.getLast(), axis, newAxis));
    }
    return parts.size() == 1 && !newAxis && !open
        ? node.emit(new Concat(axis), parts)
        : emit.concat(axis, parts);
  }

  /** The elements of a stack one behind the other along an axis, or stacked along it. */
  private static GraphExpr joined(Emit emit, GraphExpr stack, int axis, boolean newAxis) {
    List<Integer> order = new ArrayList<>(emit.range(1, emit.rank(stack)));
    order.add(axis, 0);
    GraphExpr turned = emit.transpose(stack, order);
    if (newAxis) {
      return turned;
    }
    List<IntExpr> dims = new ArrayList<>(emit.type(turned).shape().dims());
    IntExpr count = dims.remove(axis);
    dims.set(axis, SizeAlgebra.times(count, dims.get(axis)));
    return emit.reshape(turned, dims);
  }

  @SuppressWarnings("ReferenceEquality") // There is one value that stands for nothing.
  private static GraphExpr hasElement(Node node) {
    Tensor answer = Tensor.allocate(DType.BOOL);
    answer.setLong(0, node.has(0) && node.input(0) != Sequences.NOTHING ? 1 : 0);
    return node.constant(answer);
  }

  @SuppressWarnings("ReferenceEquality") // There is one value that stands for nothing.
  private static GraphExpr getElement(Node node) {
    if (node.input(0) == Sequences.NOTHING) {
      throw node.invalid("the optional value isn't there");
    }
    return node.input(0);
  }
}
