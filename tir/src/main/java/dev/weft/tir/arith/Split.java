package dev.weft.tir.arith;

import dev.weft.tir.Expr;

/**
 * A digit of an index: {@code index mod upper // lower}, with {@code lower} dividing {@code upper}.
 * The whole index has lower 1 and upper {@link #INF}.
 *
 * @param index what is split, in canonical form
 * @param lower the divisor, at least 1
 * @param upper the modulus; {@link #INF} for none
 */
record Split(Expr index, long lower, long upper) {
  static final long INF = Long.MAX_VALUE;

  static Split whole(Expr index) {
    return new Split(index, 1, INF);
  }

  boolean isWhole() {
    return lower == 1 && upper == INF;
  }

  ConstBounds bounds(ConstBounds ofIndex) {
    ConstBounds b = ofIndex;
    if (upper != INF) {
      b = b.floorMod(ConstBounds.point(upper));
    }
    return lower == 1 ? b : b.floorDiv(ConstBounds.point(lower));
  }

  ModularSet modular(ModularSet ofIndex) {
    ModularSet m = ofIndex;
    if (upper != INF) {
      m = m.floorMod(upper);
    }
    return lower == 1 ? m : m.floorDiv(lower);
  }

  Expr toExpr() {
    Expr e = index;
    if (upper != INF) {
      e = Expr.floorMod(e, upper);
    }
    return lower == 1 ? e : Expr.floorDiv(e, lower);
  }
}
