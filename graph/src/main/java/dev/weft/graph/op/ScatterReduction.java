package dev.weft.graph.op;

import dev.weft.tir.Expr;

/** What becomes of an element that a scatter writes to. */
public enum ScatterReduction {
  /** The update takes its place; of several the last. */
  NONE,
  ADD,
  MUL,
  MAX,
  MIN;

  /** The new value. */
  Expr combine(Expr old, Expr update) {
    boolean bool = old.dtype().isBool();
    return switch (this) {
      case NONE -> update;
      case ADD -> bool ? Expr.or(old, update) : Expr.add(old, update);
      case MUL -> bool ? Expr.and(old, update) : Expr.mul(old, update);
      case MAX -> bool ? Expr.or(old, update) : Expr.max(old, update);
      case MIN -> bool ? Expr.and(old, update) : Expr.min(old, update);
    };
  }
}
