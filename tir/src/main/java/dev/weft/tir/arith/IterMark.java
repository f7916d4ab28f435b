package dev.weft.tir.arith;

import dev.weft.tir.Expr;

/**
 * An iterator from 0 that can be split.
 *
 * @param source what is counted
 * @param extent the number of values, all of which occur
 */
public record IterMark(IterSource source, Expr extent) {
  /** How many sums are nested in each other. */
  int depth() {
    return switch (source) {
      case IterSource.Input i -> 0;
      case IterSum sum -> 1 + sum.args().stream().mapToInt(a -> a.source().depth()).max().orElse(0);
    };
  }
}
