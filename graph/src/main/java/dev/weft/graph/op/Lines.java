package dev.weft.graph.op;

import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;

/** Lines of elements along an axis: a point for each, in the other dimensions. */
final class Lines {
  private Lines() {}

  /** The sizes of all other dimensions of an operand. */
  static List<Expr> extents(Lowering call, int operand, int axis) {
    List<Expr> extents = new ArrayList<>(call.exprs(call.type(operand).shape()));
    extents.remove(axis);
    return extents;
  }

  /** The indices of an element of a line. */
  static List<Expr> at(List<Expr> line, int axis, Expr position) {
    List<Expr> indices = new ArrayList<>(line);
    indices.add(axis, position);
    return indices;
  }
}
