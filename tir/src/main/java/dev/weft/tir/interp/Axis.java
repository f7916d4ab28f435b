package dev.weft.tir.interp;

import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;

/** An axis of a block: its value, its domain and the slot that it is in. */
final class Axis {
  private final IterVar iter;
  private final int slot;
  private final Eval value;
  private final Eval min;
  private final Eval extent;
  private final boolean reduce;

  /** Whether the domain is known before the program runs. */
  private final boolean fixed;

  private final long fixedMin;
  private final long fixedExtent;

  Axis(IterVar iter, int slot, Eval value, Eval min, Eval extent) {
    this.iter = iter;
    this.slot = slot;
    this.value = value;
    this.min = min;
    this.extent = extent;
    this.reduce = iter.kind() == IterVar.Kind.REDUCE;
    this.fixed = min instanceof Eval.Constant && extent instanceof Eval.Constant;
    this.fixedMin = min instanceof Eval.Constant c ? c.value : 0;
    this.fixedExtent = extent instanceof Eval.Constant c ? c.value : 0;
  }

  String name() {
    return iter.var().name();
  }

  int slot() {
    return slot;
  }

  /**
   * Gives the axis its value.
   *
   * @return whether a reduction may start here: always, unless this is a reduction axis that is not
   *     at the start of its domain
   */
  boolean enter(Frame frame, Stmt.Block block) {
    long now = value.asLong(frame);
    frame.ints[slot] = now;
    long first = fixed ? fixedMin : min.asLong(frame);
    long count = fixed ? fixedExtent : extent.asLong(frame);
    if (now < first || now - first >= count) {
      throw frame.error(
          "axis '"
              + name()
              + "' of block '"
              + block.name()
              + "' is "
              + now
              + ", outside its domain ["
              + first
              + ", "
              + (first + count)
              + ")",
          "correct the loop extents or add a predicate (T.where)",
          block);
    }
    return !reduce || now == first;
  }
}
