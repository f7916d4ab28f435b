package dev.weft.tir.te;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;

/**
 * An axis that a reduction runs over.
 *
 * @param var the index, to be used in the reduced expression
 * @param range its values
 */
public record ReduceAxis(Var var, Range range) {
  /** The index plus something. */
  public Expr plus(Expr other) {
    return Expr.add(var, other);
  }
}
