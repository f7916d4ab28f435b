package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import dev.weft.tir.Var;

/** What an {@link IterMark} counts: an input iterator or a sum of iterators. */
public sealed interface IterSource permits IterSource.Input, IterSum {
  /**
   * An input iterator, counted from 0.
   *
   * @param var the iterator
   * @param min its least value
   */
  record Input(Var var, Expr min) implements IterSource {}
}
