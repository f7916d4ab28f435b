package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Sequences whose length only the run knows: those that a loop appends to. Such a one is a {@link
 * GraphExpr.Tuple} of the elements that are known one by one, and at its end one tensor that holds
 * all others, along a first dimension of its own.
 */
final class OpenSequences {
  private final Set<GraphExpr> stacks = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A sequence of some elements and then those of a tensor. */
  GraphExpr open(List<GraphExpr> elements, GraphExpr stack) {
    stacks.add(stack);
    List<GraphExpr> fields = new ArrayList<>(elements);
    fields.add(stack);
    return new GraphExpr.Tuple(fields);
  }

  boolean isOpen(GraphExpr value) {
    return value instanceof GraphExpr.Tuple(List<GraphExpr> fields)
        && !fields.isEmpty()
        && stacks.contains(fields.getLast());
  }

  /**
   * Refuses what counts a sequence's elements at import.
   *
   * @throws Node.UnsupportedException if one of the values is such a sequence
   */
  void refuse(List<GraphExpr> values) {
    if (values.stream().anyMatch(this::isOpen)) {
      throw new Node.UnsupportedException("a sequence whose length only the run knows");
    }
  }
}
