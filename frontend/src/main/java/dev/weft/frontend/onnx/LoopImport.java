package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.base.IntExpr;
import dev.weft.graph.BlockBuilder.Round;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The operator Loop. It becomes a loop of the graph, counted if the condition stays as it is. A
 * sequence that is of another length behind a round is no value that such a loop can carry: a few
 * rounds, if their number is known, are written out one behind the other; otherwise a sequence that
 * each round appends one element to is a result that the loop stacks.
 */
final class LoopImport {
  /** The number of rounds of a loop that only its condition ends. */
  private static final IntExpr UNBOUNDED = IntExpr.of(Long.MAX_VALUE);

  /** Up to so many rounds are written out. */
  private static final long WRITTEN_OUT = 64;

  /** The body's condition doesn't stay as it is, so the rounds can't be counted. */
  private static final class NotCountedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotCountedException() {
      super("the loop has a condition");
    }
  }

  /** A carried sequence is of another length behind a round. */
  private static final class GrowingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GrowingException() {
      super("a sequence grows");
    }
  }

  private final Node node;
  private final GraphProto body;
  private final List<GraphExpr> initial = new ArrayList<>();

  /** The number of rounds if the condition at first decides on all of them. */
  private IntExpr counted = UNBOUNDED;

  LoopImport(Node node) {
    this.node = node;
    this.body = node.body("body");
    for (int i = 2; i < node.inputCount(); i++) {
      initial.add(node.input(i));
    }
  }

  List<GraphExpr> convert() {
    node.openSequences().refuse(initial);
    try {
      return loop(List.of());
    } catch (GrowingException e) {
      Long rounds = SizeAlgebra.constant(counted);
      if (rounds != null && rounds <= WRITTEN_OUT) {
        return writtenOut(rounds);
      }
      List<Integer> appended =
          IntStream.range(0, initial.size()).filter(this::isAppendedTo).boxed().toList();
      try {
        return loop(appended);
      } catch (GrowingException again) {
        throw node.unsupported("a sequence that grows from round to round, not only at its end");
      }
    }
  }

  /** Each round where it is carried out. */
  private List<GraphExpr> writtenOut(long rounds) {
    List<GraphExpr> carried = initial;
    List<List<GraphExpr>> slices = new ArrayList<>();
    for (long round = 0; round < rounds; round++) {
      List<GraphExpr> results = results(IntExpr.of(round), carried);
      carried = results.subList(1, 1 + initial.size());
      slices.add(results.subList(1 + initial.size(), results.size()));
      if (!node.isTrue(results.getFirst())) {
        throw node.unsupported("a sequence that grows until a condition holds");
      }
    }
    List<GraphExpr> all = new ArrayList<>(carried);
    int count = body.getOutputCount() - 1 - initial.size();
    if (count > 0 && slices.isEmpty()) {
      throw node.unsupported("a loop of no rounds beside a sequence that grows");
    }
    Emit emit = new Emit(node);
    for (int i = 0; i < count; i++) {
      List<GraphExpr> parts = new ArrayList<>();
      for (List<GraphExpr> round : slices) {
        parts.add(emit.unsqueeze(round.get(i), 0));
      }
      all.add(emit.concat(0, parts));
    }
    return all;
  }

  /**
   * Whether all that a round does with a carried sequence is to append an element, so that a round
   * needs none of the elements before.
   */
  private boolean isAppendedTo(int position) {
    if (!(initial.get(position) instanceof GraphExpr.Tuple)) {
      return false;
    }
    String given = body.getInput(2 + position).getName();
    String result = body.getOutput(1 + position).getName();
    long results =
        body.getOutputList().stream()
            .map(ValueInfoProto::getName)
            .filter(name -> name.equals(given) || name.equals(result))
            .count();
    boolean inserted =
        body.getNodeList().stream()
            .anyMatch(
                inner ->
                    inner.getOpType().equals("SequenceInsert")
                        && inner.getInput(0).equals(given)
                        && inner.getOutput(0).equals(result)
                        && (inner.getInputCount() < 3 || inner.getInput(2).isEmpty()));
    return results == 1 && inserted && uses(body, given) == 1 && uses(body, result) == 0;
  }

  /** How many operands in a body, and in those within it, have a name. */
  private static long uses(GraphProto graph, String name) {
    long uses = 0;
    for (NodeProto inner : graph.getNodeList()) {
      uses += inner.getInputList().stream().filter(name::equals).count();
      for (AttributeProto attribute : inner.getAttributeList()) {
        GraphProto within = attribute.getG();
        uses += uses(within, name);
        uses += within.getOutputList().stream().filter(out -> out.getName().equals(name)).count();
      }
    }
    return uses;
  }

  /**
   * A loop of the graph.
   *
   * @param appended the carried sequences that are stacked instead of carried
   */
  private List<GraphExpr> loop(List<Integer> appended) {
    List<GraphExpr> first = new ArrayList<>(initial);
    appended.forEach(position -> first.set(position, new GraphExpr.Tuple(List.of())));
    List<Sequences.Structure> structures = new ArrayList<>();
    List<GraphExpr> carried = Sequences.flatten(first, structures);
    IntExpr most =
        node.bindSizes(
            sizes ->
                node.has(0)
                    ? sizes.size("trips", SizeLogic.max(sizes.number(one(0), 0), IntExpr.of(0)))
                    : UNBOUNDED);
    List<GraphExpr> results;
    try {
      // If the condition stays as it is, what it is at first decides on all rounds.
      counted =
          node.bindSizes(
              sizes ->
                  node.has(1)
                      ? sizes.size(
                          "trips",
                          SizeLogic.select(
                              SizeLogic.not(SizeLogic.equal(sizes.number(one(1), 0), 0)),
                              most,
                              IntExpr.of(0)))
                      : most);
      if (counted.equals(UNBOUNDED)) {
        throw new NotCountedException();
      }
      results =
          node.builder()
              .loop(
                  counted,
                  null,
                  carried,
                  (round, values) -> round(round, values, structures, appended, true));
    } catch (NotCountedException e) {
      GraphExpr condition = node.has(1) ? one(1) : ControlFlowConverters.yes();
      results =
          node.builder()
              .loop(
                  most,
                  condition,
                  carried,
                  (round, values) -> round(round, values, structures, appended, false));
    }
    List<GraphExpr> values = Sequences.rebuild(results, structures);
    int stacks = values.size() - appended.size();
    List<GraphExpr> all = new ArrayList<>(values.subList(0, stacks));
    for (int i = 0; i < appended.size(); i++) {
      int position = appended.get(i);
      if (initial.get(position) instanceof GraphExpr.Tuple(List<GraphExpr> before)) {
        all.set(position, node.openSequences().open(before, values.get(stacks + i)));
      }
    }
    return all;
  }

  private GraphExpr one(int index) {
    return ControlFlowConverters.one(node, index);
  }

  private Round round(
      IntExpr round,
      List<GraphVar> carried,
      List<Sequences.Structure> structures,
      List<Integer> appended,
      boolean isCounted) {
    List<GraphExpr> results =
        new ArrayList<>(results(round, Sequences.rebuild(List.copyOf(carried), structures)));
    GraphExpr condition = results.getFirst();
    if (isCounted && !node.isTrue(condition)) {
      throw new NotCountedException();
    }
    List<GraphExpr> elements = new ArrayList<>();
    for (int position : appended) {
      if (!(results.get(1 + position) instanceof GraphExpr.Tuple(List<GraphExpr> fields))
          || fields.size() != 1) {
        throw new GrowingException();
      }
      elements.add(fields.getFirst());
      results.set(1 + position, new GraphExpr.Tuple(List.of()));
    }
    int end = 1 + structures.size();
    List<Sequences.Structure> after = new ArrayList<>();
    node.openSequences().refuse(results);
    List<GraphExpr> next = Sequences.flatten(results.subList(1, end), after);
    if (!after.equals(structures)) {
      throw new GrowingException();
    }
    List<GraphExpr> slices = new ArrayList<>(results.subList(end, results.size()));
    slices.addAll(elements);
    return new Round(isCounted ? null : condition, next, slices);
  }

  /** What the body gives; while a round is carried out, the condition holds. */
  private List<GraphExpr> results(IntExpr round, List<GraphExpr> carried) {
    List<GraphExpr> inputs =
        new ArrayList<>(
            List.of(node.sizesTensor(List.of(round), true), ControlFlowConverters.yes()));
    inputs.addAll(carried);
    List<GraphExpr> results = ControlFlowConverters.built(node, body, inputs);
    if (results.isEmpty() || results.size() - 1 < initial.size()) {
      throw node.invalid("its body gives " + results.size() + " values, which are too few");
    }
    return results;
  }
}
