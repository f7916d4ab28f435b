package dev.weft.graph;

import dev.weft.base.IntExpr;

/**
 * An operator takes its operands only if two sizes fit together, and only the run can tell whether
 * they do. Whoever makes the call can check it at run time ({@link GraphExpr.BindSizes}) and give
 * the operator operands whose types say so.
 */
public final class UnprovenSizesException extends TypeException {
  private static final long serialVersionUID = 1L;

  private final transient IntExpr a;
  private final transient IntExpr b;
  private final int dimensionFromEnd;

  private UnprovenSizesException(
      String what, String operator, IntExpr a, IntExpr b, int dimensionFromEnd) {
    super(what, operator);
    this.a = a;
    this.b = b;
    this.dimensionFromEnd = dimensionFromEnd;
  }

  /** The sizes must be equal. */
  public static UnprovenSizesException equal(String what, String operator, IntExpr a, IntExpr b) {
    return new UnprovenSizesException(what, operator, a, b, -1);
  }

  /**
   * The sizes must be equal or one of them 1.
   *
   * @param dimensionFromEnd which dimension it is: 0 for the last one
   */
  public static UnprovenSizesException broadcast(
      String what, String operator, IntExpr a, IntExpr b, int dimensionFromEnd) {
    return new UnprovenSizesException(what, operator, a, b, dimensionFromEnd);
  }

  /** One size. */
  public IntExpr a() {
    return a;
  }

  /** The other one. */
  public IntExpr b() {
    return b;
  }

  /** Whether one of them may be 1 instead. */
  public boolean isBroadcast() {
    return dimensionFromEnd >= 0;
  }

  /** The dimension that is broadcast, counted from the last one. */
  public int dimensionFromEnd() {
    return dimensionFromEnd;
  }
}
