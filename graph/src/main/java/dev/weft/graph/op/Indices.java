package dev.weft.graph.op;

import dev.weft.tir.Expr;

/** Indices that come from tensors. */
final class Indices {
  private Indices() {}

  /**
   * Counts negative indices from the end; the rest is clamped, so that no access is out of bounds.
   */
  static Expr clamped(Lowering call, Expr index, Expr size) {
    Expr zero = call.index(0);
    return Expr.min(Expr.max(fromStart(call, index, size), zero), Expr.sub(size, 1));
  }

  /** Counts negative indices from the end. */
  static Expr fromStart(Lowering call, Expr index, Expr size) {
    Expr own = Expr.cast(size.dtype(), index);
    return new Expr.Select(Expr.lt(own, call.index(0)), Expr.add(own, size), own);
  }

  /** Whether an index is in {@code [0, size)}. */
  static Expr inside(Lowering call, Expr index, Expr size) {
    return Expr.and(Expr.ge(index, call.index(0)), Expr.lt(index, size));
  }
}
