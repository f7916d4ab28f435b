package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.List;
import java.util.OptionalLong;

/** Vector and unrolled loops, innermost. */
final class Vectors {
  /** Iterations that unrolling may write out one by one. */
  private static final long UNROLL = 64;

  private Vectors() {}

  /** The innermost loop in vectors; {@code unrolled} loops around it written out. */
  static void tile(Schedule schedule, BlockRef block, int unrolled) {
    List<LoopRef> loops = schedule.getLoops(block);
    int last = loops.size() - 1;
    if (Loops.extent(schedule, loops.get(last)).orElse(1) > 1) {
      schedule.vectorize(loops.get(last));
    }
    for (int i = Math.max(0, last - unrolled); i < last; i++) {
      schedule.unroll(loops.get(i));
    }
  }

  /**
   * The last loop of a block in vectors, if the block's elements are neighbours along it and the
   * lanes divide it.
   *
   * @param unroll whether to write out the remaining loops of the last dimension and the one before
   */
  static void alongLast(Schedule schedule, BlockRef block, int lanes, boolean unroll) {
    List<LoopRef> loops = schedule.getLoops(block);
    LoopRef last = loops.getLast();
    OptionalLong extent = Loops.extent(schedule, last);
    if (lanes == 1 || extent.isEmpty() || extent.getAsLong() % lanes != 0) {
      return;
    }
    if (!isContiguous(schedule, block, last)) {
      return;
    }
    long vectors = extent.getAsLong() / lanes;
    List<LoopRef> parts = schedule.split(last, null, lanes);
    schedule.vectorize(parts.get(1));
    if (unroll && vectors <= UNROLL) {
      schedule.unroll(parts.get(0));
    }
  }

  /** Whether the elements of successive iterations are neighbours in memory. */
  static boolean isContiguous(Schedule schedule, BlockRef block, LoopRef loop) {
    BlockInfo info = BlockInfo.of(schedule, block);
    List<Expr> values = info.site().stmt().iterValues();
    Var variable = schedule.state().loop(loop).stmt().var();
    boolean used = false;
    for (int i = 0; i < values.size(); i++) {
      Long step = Affine.step(values.get(i), variable);
      if (step == null || step > 1 || step < 0) {
        return false;
      }
      if (step == 1) {
        IterVar axis = info.axes().get(i);
        if (used || !info.isContiguousAlong(axis)) {
          return false;
        }
        used = true;
      }
    }
    return used;
  }
}
