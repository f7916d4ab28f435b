package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import java.util.ArrayList;
import java.util.List;

/**
 * Sequences and optional values, which the import takes apart: a sequence is a {@link
 * GraphExpr.Tuple} of its elements, an optional value is the value or {@link #NOTHING}.
 */
final class Sequences {
  /** An optional value that isn't there. */
  static final GraphExpr NOTHING = new GraphExpr.Tuple(List.of());

  private Sequences() {}

  /**
   * What a value is made of.
   *
   * @param kind tensor, sequence or nothing
   * @param length the number of tensors
   */
  record Structure(Kind kind, int length) {
    /** Kinds of values. */
    enum Kind {
      /** One tensor. */
      TENSOR,
      /** Several. */
      SEQUENCE,
      /** An optional value that isn't there. */
      NOTHING
    }
  }

  /** The tensors that values are made of; their structures are added to a list. */
  @SuppressWarnings("ReferenceEquality") // There is one value that stands for nothing.
  static List<GraphExpr> flatten(List<GraphExpr> values, List<Structure> structures) {
    List<GraphExpr> flat = new ArrayList<>();
    for (GraphExpr value : values) {
      if (value == NOTHING) {
        structures.add(new Structure(Structure.Kind.NOTHING, 0));
      } else if (value instanceof GraphExpr.Tuple(List<GraphExpr> fields)) {
        structures.add(new Structure(Structure.Kind.SEQUENCE, fields.size()));
        flat.addAll(fields);
      } else {
        structures.add(new Structure(Structure.Kind.TENSOR, 1));
        flat.add(value);
      }
    }
    return flat;
  }

  /** The values of some structures; tensors that are left over stay tensors. */
  static List<GraphExpr> rebuild(List<? extends GraphExpr> flat, List<Structure> structures) {
    List<GraphExpr> values = new ArrayList<>();
    int next = 0;
    for (Structure structure : structures) {
      List<GraphExpr> part = List.copyOf(flat.subList(next, next + structure.length()));
      next += structure.length();
      values.add(
          switch (structure.kind()) {
            case TENSOR -> part.get(0);
            case SEQUENCE -> new GraphExpr.Tuple(part);
            case NOTHING -> NOTHING;
          });
    }
    values.addAll(flat.subList(next, flat.size()));
    return values;
  }
}
