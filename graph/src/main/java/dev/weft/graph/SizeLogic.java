package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.IntExpr.Op;

/**
 * Conditions and choices as arithmetic on sizes: true is 1, false is 0. They hold for any numbers,
 * negative ones too, unlike what {@link SizeAlgebra} works out, which takes symbols for sizes.
 */
public final class SizeLogic {
  private static final IntExpr ZERO = IntExpr.of(0);
  private static final IntExpr ONE = IntExpr.of(1);

  private SizeLogic() {}

  /** {@code a == b}. */
  public static IntExpr equal(IntExpr a, IntExpr b) {
    return a.equals(b) ? ONE : not(min(ONE, distance(a, b)));
  }

  /** {@code a == b}. */
  public static IntExpr equal(IntExpr a, long b) {
    return equal(a, IntExpr.of(b));
  }

  /** {@code a < b}. */
  public static IntExpr less(IntExpr a, IntExpr b) {
    return max(ZERO, min(ONE, IntExpr.of(Op.SUB, b, a)));
  }

  /** {@code a < b}. */
  public static IntExpr less(IntExpr a, long b) {
    return less(a, IntExpr.of(b));
  }

  /** {@code a <= b}. */
  public static IntExpr atMost(IntExpr a, IntExpr b) {
    return not(less(b, a));
  }

  /** {@code a >= b}. */
  public static IntExpr atLeast(IntExpr a, long b) {
    return not(less(a, b));
  }

  /** Whether a condition doesn't hold. */
  public static IntExpr not(IntExpr condition) {
    return IntExpr.of(Op.SUB, ONE, condition);
  }

  /** Whether both hold. */
  public static IntExpr and(IntExpr a, IntExpr b) {
    return min(a, b);
  }

  /** Whether one of them holds, or both. */
  public static IntExpr or(IntExpr a, IntExpr b) {
    return max(a, b);
  }

  /** {@code then} if the condition holds. Both are worked out, so neither may divide by 0. */
  public static IntExpr select(IntExpr condition, IntExpr then, IntExpr otherwise) {
    if (condition instanceof IntExpr.Const(long value)) {
      return value != 0 ? then : otherwise;
    }
    if (then.equals(otherwise)) {
      return then;
    }
    return times(condition, then).plus(times(not(condition), otherwise));
  }

  /** The size that two sizes are broadcast to (NumPy's rule); see {@link #broadcastable}. */
  public static IntExpr broadcast(IntExpr a, IntExpr b) {
    return select(equal(a, 1), b, a);
  }

  /** Whether two sizes are equal or one of them is 1. */
  public static IntExpr broadcastable(IntExpr a, IntExpr b) {
    return or(equal(a, b), or(equal(a, 1), equal(b, 1)));
  }

  /** The smaller. */
  public static IntExpr min(IntExpr a, IntExpr b) {
    return a.equals(b) ? a : IntExpr.of(Op.MIN, a, b);
  }

  /** The larger. */
  public static IntExpr max(IntExpr a, IntExpr b) {
    return a.equals(b) ? a : IntExpr.of(Op.MAX, a, b);
  }

  private static IntExpr distance(IntExpr a, IntExpr b) {
    return max(IntExpr.of(Op.SUB, a, b), IntExpr.of(Op.SUB, b, a));
  }

  private static IntExpr times(IntExpr a, IntExpr b) {
    return a.equals(ZERO) || b.equals(ZERO) ? ZERO : IntExpr.of(Op.MUL, a, b);
  }
}
