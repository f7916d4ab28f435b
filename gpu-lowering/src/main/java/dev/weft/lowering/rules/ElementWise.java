package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.OptionalLong;

/**
 * Element-wise and other injective blocks (broadcasts, transposes, gathers, padding). On a GPU
 * every element has a thread. On a CPU a thread has some thousands of elements, in vectors where
 * neighbours are neighbours in all tensors.
 */
final class ElementWise implements ScheduleRule {
  /** Elements for one thread of a CPU: enough to hide the cost of starting it. */
  private static final int ELEMENTS = 4096;

  private static final int GPU_THREADS = 256;

  @Override
  public String name() {
    return "element-wise";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    if (!info.isInjective()
        || info.axes().isEmpty()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return false;
    }
    List<LoopRef> loops = schedule.getLoops(block);
    if (!target.isCpu()) {
      int threads = Math.min(GPU_THREADS, target.limits().maxThreads());
      Loops.spread(schedule, Loops.fuse(schedule, loops, block), threads, false);
    } else if (loops.size() == 1 || info.isPointwise()) {
      // One dimension: in all tensors the elements are in the same order.
      boolean contiguous = loops.size() > 1 || info.isContiguousAlong(info.axes().getFirst());
      flat(schedule, Loops.fuse(schedule, loops, block), contiguous ? lanes(info, target) : 1);
    } else {
      rows(schedule, block, info, target);
    }
    return true;
  }

  private static int lanes(BlockInfo info, Target target) {
    return target.vectorLanes(info.widest());
  }

  private static void flat(Schedule schedule, LoopRef loop, int lanes) {
    OptionalLong extent = Loops.extent(schedule, loop);
    if (extent.isEmpty() || lanes == 1 || extent.getAsLong() % lanes != 0) {
      int chunk = extent.isEmpty() ? ELEMENTS : (int) Math.min(ELEMENTS, extent.getAsLong());
      Loops.spread(schedule, loop, chunk, true);
      return;
    }
    int vectors = Loops.divisor(extent.getAsLong() / lanes, ELEMENTS / lanes);
    List<LoopRef> parts = schedule.split(loop, null, vectors, lanes);
    schedule.bind(parts.get(0), ThreadTag.BLOCK_IDX_X);
    schedule.vectorize(parts.get(2));
  }

  private static void rows(Schedule schedule, BlockRef block, BlockInfo info, Target target) {
    List<LoopRef> loops = schedule.getLoops(block);
    LoopRef last = loops.getLast();
    IterVar axis = info.axes().getLast();
    OptionalLong extent = BlockInfo.extent(axis);
    LoopRef outer = Loops.fuse(schedule, loops.subList(0, loops.size() - 1), block);
    long width = extent.orElse(ELEMENTS);
    int rows = (int) Math.max(1, ELEMENTS / Math.max(1, width));
    OptionalLong count = Loops.extent(schedule, outer);
    if (count.isPresent()) {
      rows = Loops.divisor(count.getAsLong(), rows);
    }
    List<LoopRef> parts = schedule.split(outer, null, rows);
    schedule.bind(parts.get(0), ThreadTag.BLOCK_IDX_X);
    int lanes = lanes(info, target);
    if (extent.isPresent()
        && extent.getAsLong() % lanes == 0
        && lanes > 1
        && info.isContiguousAlong(axis)) {
      schedule.vectorize(schedule.split(last, null, lanes).get(1));
    }
  }
}
