package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** Steps that rules have in common. */
final class Loops {
  private Loops() {}

  /** The extent of a loop if it is constant. */
  static OptionalLong extent(Schedule schedule, LoopRef loop) {
    return BlockInfo.constant(schedule.state().loop(loop).stmt().extent());
  }

  /** One loop for several; a new loop of extent 1 around {@code block} for none. */
  static LoopRef fuse(Schedule schedule, List<LoopRef> loops, BlockRef block) {
    if (loops.isEmpty()) {
      List<LoopRef> around = schedule.getLoops(block);
      return around.isEmpty()
          ? schedule.addUnitLoop(block)
          : schedule.addUnitLoop(around.getFirst());
    }
    return loops.size() == 1 ? loops.getFirst() : schedule.fuse(loops, true);
  }

  /**
   * Spreads the iterations of a loop over the device: groups of {@code perGroup} iterations, which
   * are threads on a GPU and a serial loop of one thread on a CPU.
   *
   * @return the loop of a group
   */
  static LoopRef spread(Schedule schedule, LoopRef loop, int perGroup, boolean cpu) {
    List<LoopRef> parts = schedule.split(loop, null, perGroup);
    schedule.bind(parts.get(0), ThreadTag.BLOCK_IDX_X);
    if (!cpu) {
      schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
    }
    return parts.get(1);
  }

  /**
   * Gives the loops of a block whose extents depend on other loops (those of a tile that may stick
   * out of its tensor) the constant extent {@code size}, under a condition.
   *
   * @param size the most iterations that such a loop has
   */
  static void fixExtents(Schedule schedule, BlockRef block, int size) {
    for (LoopRef loop : schedule.getLoops(block)) {
      boolean isThread = schedule.state().loop(loop).stmt().thread() != null;
      if (!isThread && isCut(schedule, block, loop)) {
        schedule.split(loop, 1, size);
      }
    }
  }

  /** Whether the extent of a loop depends on the loops around it. */
  private static boolean isCut(Schedule schedule, BlockRef block, LoopRef loop) {
    Set<Var> used = Affine.variables(schedule.state().loop(loop).stmt().extent());
    return schedule.state().block(block).loopsAround().stream()
        .anyMatch(around -> used.contains(around.stmt().var()));
  }

  /** The largest divisor of {@code n} that is at most {@code limit}. */
  static int divisor(long n, int limit) {
    for (int d = (int) Math.min(n, limit); d > 1; d--) {
      if (n % d == 0) {
        return d;
      }
    }
    return 1;
  }
}
