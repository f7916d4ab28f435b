package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import java.util.List;

/**
 * A sum of digits of iterators and an offset that is the same in all iterations.
 *
 * @param args the digits; in a detected map from the largest scale to the smallest
 * @param base the offset
 */
public record IterSum(List<IterSplit> args, Expr base) implements IterSource {
  /** Copies the list. */
  public IterSum {
    args = List.copyOf(args);
  }

  IterSum withBase(Expr newBase) {
    return new IterSum(args, newBase);
  }
}
