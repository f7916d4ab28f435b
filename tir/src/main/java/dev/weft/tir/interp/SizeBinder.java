package dev.weft.tir.interp;

import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.List;

/**
 * Matches sizes known at run time with expressions: a variable without a value gets the size, an
 * expression must be equal to it.
 */
final class SizeBinder {
  private final String what;
  private final int[] freeSlots;
  private final Eval[] expected;

  /** Variables that have no slot yet get one and are bound. */
  SizeBinder(ExprCompiler exprs, String what, List<Expr> sizes) {
    this.what = what;
    this.freeSlots = new int[sizes.size()];
    this.expected = new Eval[sizes.size()];
    for (int i = 0; i < freeSlots.length; i++) {
      boolean free = sizes.get(i) instanceof Var v && exprs.slots().find(v) == null;
      freeSlots[i] = free && sizes.get(i) instanceof Var v ? exprs.slots().define(v) : -1;
      expected[i] = exprs.compile(sizes.get(i));
    }
  }

  void bind(Frame frame, long[] actual) {
    bind(frame, actual, new long[0]);
  }

  /** As {@link #bind(Frame, long[])} for strides: that of a dimension of extent 1 is any. */
  void bind(Frame frame, long[] actual, long[] extents) {
    for (int i = 0; i < freeSlots.length; i++) {
      if (freeSlots[i] >= 0) {
        frame.ints[freeSlots[i]] = actual[i];
      }
      long wanted = expected[i].asLong(frame);
      boolean counts = i >= extents.length || extents[i] != 1;
      if (counts && wanted != actual[i]) {
        throw frame.error(
            "position " + i + " of " + what + " is " + actual[i] + ", expected " + wanted, "");
      }
    }
  }
}
