package dev.weft.lowering.rules;

import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.OptionalLong;

/**
 * Threads of a GPU that work on a row together, neighbours on neighbouring elements.
 *
 * @param threads for a row, along threadIdx.x
 * @param rows of a thread block, along threadIdx.y
 */
record ThreadTeam(int threads, int rows) {
  /** Elements of a row up to which one warp works on it, so that no barrier is needed. */
  private static final long WARP_ROW = 1024;

  private static final int LARGE = 256;

  /** Threads of a block that keep a multiprocessor busy together with a few others like it. */
  private static final int BLOCK = 256;

  /**
   * The group for rows of {@code length} elements.
   *
   * @param count how many rows there are; empty if unknown
   * @param length elements of a row; empty if unknown
   */
  static ThreadTeam of(OptionalLong count, OptionalLong length, Target target) {
    int warp = Math.max(32, target.limits().warpSize());
    int most = Integer.highestOneBit(Math.min(LARGE, target.limits().maxThreads()));
    long row = length.orElse(WARP_ROW + 1);
    if (row > WARP_ROW || warp > most) {
      return new ThreadTeam(most, 1);
    }
    int threads = (int) Math.min(warp, Long.highestOneBit(Math.max(1, row)));
    int rows = Math.min(BLOCK, target.limits().maxThreads()) / threads;
    rows = count.isEmpty() ? 1 : Loops.divisor(count.getAsLong(), rows);
    return new ThreadTeam(threads, Math.min(rows, target.limits().maxThreadsY()));
  }

  /**
   * Spreads a loop over rows.
   *
   * @return the innermost loop that all elements of a row are within
   */
  LoopRef spreadRows(Schedule schedule, LoopRef row) {
    if (rows == 1) {
      schedule.bind(row, ThreadTag.BLOCK_IDX_X);
      return row;
    }
    List<LoopRef> parts = schedule.split(row, null, rows);
    schedule.bind(parts.get(0), ThreadTag.BLOCK_IDX_X);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Y);
    return parts.get(1);
  }

  /** Spreads loops over the elements of a row, one in the other, over the row's threads. */
  void spreadElements(Schedule schedule, List<LoopRef> loops, BlockRef block) {
    LoopRef elements = Loops.fuse(schedule, loops, block);
    List<LoopRef> parts = schedule.split(elements, null, threads);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
  }
}
