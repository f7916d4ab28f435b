package dev.weft.tir.arith;

import dev.weft.tir.Expr;

/**
 * A digit of an iterator: {@code source // lower mod extent * scale}.
 *
 * @param source the iterator
 * @param lower the product of the extents of the digits below
 * @param extent the number of values of the digit
 * @param scale what the digit is multiplied by
 */
public record IterSplit(IterMark source, Expr lower, Expr extent, Expr scale) {
  /** The whole of an iterator. */
  static IterSplit whole(IterMark mark) {
    Expr one = Expr.imm(mark.extent().dtype(), 1);
    return new IterSplit(mark, one, mark.extent(), one);
  }

  IterSplit withScale(Expr newScale) {
    return new IterSplit(source, lower, extent, newScale);
  }

  boolean isSameDigit(IterSplit other) {
    return source.equals(other.source) && lower.equals(other.lower) && extent.equals(other.extent);
  }
}
