package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder.Round;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.UnknownRankException;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Branches and loops. */
final class ControlFlowConverters {
  private ControlFlowConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("If", ControlFlowConverters::choice);
    converters.put("Loop", node -> new LoopImport(node).convert());
    converters.put(
        "Scan", node -> node.opset() < 9 ? batchedScan(node) : scan(node, node.inputs(), 0));
  }

  private static List<GraphExpr> choice(Node node) {
    GraphProto then = node.body("then_branch");
    GraphProto otherwise = node.body("else_branch");
    Tensor known = node.constant(0);
    if (known != null) {
      return node.build(known.getLong(0) != 0 ? then : otherwise, List.of());
    }
    List<List<Integer>> ranks = new ArrayList<>();
    try {
      return choice(node, then, otherwise, List.of(), ranks);
    } catch (UnknownRankException e) {
      if (ranks.size() < 2 || ranks.get(0).size() != ranks.get(1).size()) {
        throw e;
      }
      List<Integer> common = new ArrayList<>();
      for (int i = 0; i < ranks.get(0).size(); i++) {
        common.add(Math.max(ranks.get(0).get(i), ranks.get(1).get(i)));
      }
      List<GraphExpr> values = choice(node, then, otherwise, common, new ArrayList<>());
      for (int i = 0; i < values.size(); i++) {
        if (!ranks.get(0).get(i).equals(ranks.get(1).get(i))) {
          node.looseRanks().add(values.get(i));
        }
      }
      return values;
    }
  }

  /**
   * A choice whose values get dimensions of size 1 in front where they have too few.
   *
   * @param wanted how many dimensions the values should have; empty to leave them as they are
   * @param found gets how many those of each branch have
   */
  private static List<GraphExpr> choice(
      Node node,
      GraphProto then,
      GraphProto otherwise,
      List<Integer> wanted,
      List<List<Integer>> found) {
    List<Sequences.Structure> structures = new ArrayList<>();
    List<GraphExpr> values =
        node.builder()
            .choice(
                one(node, 0),
                () -> branch(node, then, structures, wanted, found),
                () -> branch(node, otherwise, structures, wanted, found));
    int count = structures.size() / 2;
    List<Sequences.Structure> first = structures.subList(0, count);
    if (!first.equals(structures.subList(count, 2 * count))) {
      throw node.unsupported("a sequence whose length only the run knows");
    }
    return Sequences.rebuild(values, first);
  }

  private static List<GraphExpr> branch(
      Node node,
      GraphProto body,
      List<Sequences.Structure> structures,
      List<Integer> wanted,
      List<List<Integer>> found) {
    List<GraphExpr> values = new ArrayList<>(built(node, body, List.of()));
    if (values.stream().allMatch(value -> value.type() instanceof TensorType)) {
      found.add(values.stream().map(value -> node.tensorType(value).rank()).toList());
      for (int i = 0; i < wanted.size(); i++) {
        List<IntExpr> dims = new ArrayList<>(node.tensorType(values.get(i)).shape().dims());
        if (dims.size() < wanted.get(i)) {
          dims.addAll(0, Collections.nCopies(wanted.get(i) - dims.size(), IntExpr.of(1)));
          values.set(i, node.emit(new Reshape(new Shape(dims)), values.get(i)));
        }
      }
    }
    node.openSequences().refuse(values);
    return Sequences.flatten(values, structures);
  }

  /** A body's values, each with a number of dimensions that is known. */
  static List<GraphExpr> built(Node node, GraphProto body, List<GraphExpr> inputs) {
    List<GraphExpr> values = node.build(body, inputs);
    node.looseRanks().refuse(values);
    return values;
  }

  /** A condition or a number as a tensor of one element. */
  static GraphExpr one(Node node, int index) {
    Long elements = SizeAlgebra.constant(node.type(index).shape().elements());
    if (elements == null || elements != 1) {
      throw node.invalid("input " + index + " must have one element, got " + node.type(index));
    }
    return node.input(index);
  }

  static GraphExpr yes() {
    Tensor tensor = Tensor.allocate(DType.BOOL);
    tensor.setLong(0, 1);
    return new GraphExpr.Constant("", tensor);
  }

  /**
   * A scan over the elements of some inputs along an axis of each.
   *
   * @param inputs the states, then what is scanned
   * @param dropped how many dimensions in front of the scanned inputs' are gone, for the axes
   */
  private static List<GraphExpr> scan(Node node, List<GraphExpr> inputs, int dropped) {
    GraphProto body = node.body("body");
    int scanned = (int) node.integer("num_scan_inputs", 0);
    int states = inputs.size() - scanned;
    if (scanned < 1 || states < 0) {
      throw node.invalid("num_scan_inputs is " + scanned + " of " + inputs.size() + " inputs");
    }
    List<GraphExpr> scans = inputs.subList(states, inputs.size());
    String directionKey = dropped == 0 ? "scan_input_directions" : "directions";
    List<Long> backwards = node.integers(directionKey, Collections.nCopies(scanned, 0L));
    List<Long> axes = node.integers("scan_input_axes", Collections.nCopies(scanned, 0L));
    if (backwards.size() != scanned || axes.size() != scanned) {
      throw node.invalid("there are " + scanned + " scanned inputs, not as many axes");
    }
    List<Integer> axis = new ArrayList<>();
    for (int i = 0; i < scanned; i++) {
      axis.add(node.axis(axes.get(i), node.tensorType(scans.get(i)).rank()));
    }
    IntExpr trips = node.tensorType(scans.get(0)).dim(axis.get(0));
    for (int i = 1; i < scanned; i++) {
      IntExpr other = node.tensorType(scans.get(i)).dim(axis.get(i));
      node.bindSizes(
          sizes -> {
            sizes.check(
                SizeLogic.equal(trips, other),
                "the scanned inputs have " + trips + " and " + other + " elements");
            return other;
          });
    }
    List<GraphExpr> results =
        node.builder()
            .loop(
                trips,
                null,
                inputs.subList(0, states),
                (round, carried) -> {
                  List<GraphExpr> given = new ArrayList<>(carried);
                  for (int i = 0; i < scanned; i++) {
                    IntExpr position =
                        backwards.get(i) == 0
                            ? round
                            : SizeAlgebra.minus(SizeAlgebra.plus(trips, -1), round);
                    given.add(element(node, scans.get(i), axis.get(i), position));
                  }
                  List<GraphExpr> values = built(node, body, given);
                  if (values.size() < states) {
                    throw node.invalid("its body gives fewer values than there are states");
                  }
                  return new Round(
                      null, values.subList(0, states), values.subList(states, values.size()));
                });
    return stacked(node, results, states);
  }

  /** One element of a tensor along an axis. */
  private static GraphExpr element(Node node, GraphExpr x, int axis, IntExpr position) {
    TensorType type = node.tensorType(x);
    List<IntExpr> starts = new ArrayList<>(Collections.nCopies(type.rank(), IntExpr.of(0)));
    List<IntExpr> steps = Collections.nCopies(type.rank(), IntExpr.of(1));
    List<IntExpr> lengths = new ArrayList<>(type.shape().dims());
    starts.set(axis, position);
    lengths.set(axis, IntExpr.of(1));
    List<IntExpr> dims = new ArrayList<>(type.shape().dims());
    dims.remove(axis);
    GraphExpr slice = node.emit(new Slice(starts, steps, lengths), x);
    return node.emit(new Reshape(new Shape(dims)), slice);
  }

  /** The stacked results with their elements along the axes, and in the order, that are wanted. */
  private static List<GraphExpr> stacked(Node node, List<GraphExpr> results, int states) {
    int count = results.size() - states;
    List<Long> axes = node.integers("scan_output_axes", Collections.nCopies(count, 0L));
    List<Long> backwards = node.integers("scan_output_directions", Collections.nCopies(count, 0L));
    List<GraphExpr> wanted = new ArrayList<>(results.subList(0, states));
    for (int i = 0; i < count; i++) {
      GraphExpr value = results.get(states + i);
      TensorType type = node.tensorType(value);
      if (i < backwards.size() && backwards.get(i) != 0) {
        value = reversed(node, value, type);
      }
      int axis = i < axes.size() ? node.axis(axes.get(i), type.rank()) : 0;
      if (axis != 0) {
        List<Integer> order = new ArrayList<>(IntStream.range(1, type.rank()).boxed().toList());
        order.add(axis, 0);
        value = NeuralConverters.transpose(node, value, order);
      }
      wanted.add(value);
    }
    return wanted;
  }

  private static GraphExpr reversed(Node node, GraphExpr x, TensorType type) {
    List<IntExpr> starts = new ArrayList<>(Collections.nCopies(type.rank(), IntExpr.of(0)));
    List<IntExpr> steps = new ArrayList<>(Collections.nCopies(type.rank(), IntExpr.of(1)));
    starts.set(0, SizeAlgebra.plus(type.dim(0), -1));
    steps.set(0, IntExpr.of(-1));
    return node.emit(new Slice(starts, steps, type.shape().dims()), x);
  }

  /** Version 8: a scan for each element of a batch, the first dimension of everything. */
  private static List<GraphExpr> batchedScan(Node node) {
    if (node.has(0)) {
      throw node.unsupported("sequences of different lengths");
    }
    List<GraphExpr> inputs = new ArrayList<>();
    for (int i = 1; i < node.inputCount(); i++) {
      inputs.add(node.input(i));
    }
    if (inputs.isEmpty()) {
      throw node.invalid("it has nothing to scan");
    }
    IntExpr batch = node.tensorType(inputs.get(0)).dim(0);
    return node.builder()
        .loop(
            batch,
            null,
            List.of(),
            (round, carried) -> {
              List<GraphExpr> given = new ArrayList<>();
              inputs.forEach(input -> given.add(element(node, input, 0, round)));
              return new Round(null, List.of(), scan(node, given, 1));
            });
  }
}
