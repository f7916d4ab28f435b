package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Values whose number of dimensions only the run knows: those of an {@code If} whose branches
 * differ in it. In the graph they have the larger number, with dimensions of size 1 in front. That
 * is right for operators that broadcast, whose result depends on the true number only if it is
 * larger than all the others'; no other operator may have one.
 */
final class LooseRanks {
  private static final Set<String> BROADCASTING =
      Set.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "Max",
          "Min",
          "Sum",
          "Mean",
          "And",
          "Or",
          "Xor",
          "BitShift",
          "BitwiseAnd",
          "BitwiseOr",
          "BitwiseXor",
          "Equal",
          "Less",
          "LessOrEqual",
          "Greater",
          "GreaterOrEqual",
          "Where",
          "Cast",
          "CastLike",
          "Identity",
          "Neg",
          "Abs",
          "Exp",
          "Log",
          "Sqrt",
          "Reciprocal",
          "Floor",
          "Ceil",
          "Round",
          "Relu",
          "Sigmoid",
          "Tanh",
          "Not",
          "Sin",
          "Cos",
          "Erf",
          "Sign");

  private final Set<GraphExpr> loose = Collections.newSetFromMap(new IdentityHashMap<>());

  /** From now on, only the run knows a value's number of dimensions. */
  void add(GraphExpr value) {
    loose.add(value);
  }

  boolean contains(GraphExpr value) {
    return loose.contains(value);
  }

  /**
   * Refuses values that are loose.
   *
   * @throws Node.UnsupportedException if one is
   */
  void refuse(List<? extends GraphExpr> values) {
    for (GraphExpr value : values) {
      if (loose.contains(value)) {
        throw new Node.UnsupportedException(
            "a number of dimensions that is known only at run time: " + value.type());
      }
    }
  }

  /**
   * Refuses loose inputs of operators that don't broadcast.
   *
   * @throws Node.UnsupportedException if there is one
   */
  void check(Node node) {
    if (!BROADCASTING.contains(node.opType())) {
      refuse(node.givenInputs());
    }
  }

  /** Makes a node's results loose if one of its inputs says how many dimensions they have. */
  void follow(Node node, List<GraphExpr> results) {
    if (node.givenInputs().stream().noneMatch(loose::contains)) {
      return;
    }
    int firm =
        node.givenInputs().stream()
            .filter(input -> !loose.contains(input))
            .mapToInt(LooseRanks::rank)
            .max()
            .orElse(-1);
    boolean like = node.opType().equals("CastLike");
    results.stream()
        .filter(result -> like ? loose.contains(node.input(0)) : rank(result) > firm)
        .forEach(loose::add);
  }

  private static int rank(GraphExpr value) {
    return value.type() instanceof TensorType tensor ? tensor.rank() : 0;
  }
}
