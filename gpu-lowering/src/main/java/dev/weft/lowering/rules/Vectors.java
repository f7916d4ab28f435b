package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
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
   */
  static void alongLast(Schedule schedule, BlockRef block, int lanes) {
    List<LoopRef> loops = schedule.getLoops(block);
    int at = loops.size() - 1;
    while (at > 0 && Loops.extent(schedule, loops.get(at)).orElse(2) == 1) {
      at--;
    }
    LoopRef last = loops.get(at);
    OptionalLong extent = Loops.extent(schedule, last);
    boolean divides = extent.isPresent() && extent.getAsLong() % lanes == 0;
    boolean serial = schedule.state().loop(last).stmt().kind() == ForKind.SERIAL;
    if (lanes > 1 && serial && divides && isContiguous(schedule, block, last)) {
      schedule.vectorize(schedule.split(last, null, lanes).get(1));
    }
  }

  /** As {@link #alongLast}, and all loops of the block below {@code around} written out. */
  static void tileBelow(Schedule schedule, BlockRef block, LoopRef around, int lanes) {
    alongLast(schedule, block, lanes);
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> below = loops.subList(loops.indexOf(around) + 1, loops.size());
    long iterations = 1;
    for (LoopRef loop : below) {
      iterations *= Loops.extent(schedule, loop).orElse(UNROLL + 1);
    }
    if (iterations > UNROLL * (long) lanes) {
      return;
    }
    for (LoopRef loop : below) {
      if (schedule.state().loop(loop).stmt().kind() == ForKind.SERIAL) {
        schedule.unroll(loop);
      }
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
