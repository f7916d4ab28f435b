package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Element-wise and other injective blocks (broadcasts, transposes, gathers, padding). On a GPU
 * every element has a thread. On a CPU a thread has some thousands of elements, in vectors where
 * neighbours are neighbours in all tensors.
 */
final class ElementWise implements ScheduleRule {
  /** Elements for one thread of a CPU: enough to hide the cost of starting it. */
  private static final int ELEMENTS = 4096;

  private static final int GPU_THREADS = 256;

  /** Elements of a tile's side: a cache line of 64 bytes of four-byte elements. */
  private static final int TILE = 16;

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
    IterVar crossing = crossing(info);
    if (crossing != null && target.hasVectors()) {
      tiles(schedule, block, info, loops.get(info.axes().indexOf(crossing)), target);
      return;
    }
    LoopRef outer = Loops.fuse(schedule, loops.subList(0, loops.size() - 1), block);
    long width = extent.orElse(ELEMENTS);
    int rows = (int) Math.max(1, ELEMENTS / Math.max(1, width));
    OptionalLong count = Loops.extent(schedule, outer);
    if (count.isPresent()) {
      rows = Loops.divisor(count.getAsLong(), rows);
    }
    List<LoopRef> parts = schedule.split(outer, null, rows);
    schedule.bind(parts.get(0), ThreadTag.BLOCK_IDX_X);
    // Conditions at the ends of a row (padding) are cut off before vectors are made.
    if (extent.orElse(1) > 1 && lanes(info, target) > 1 && info.isUnitStepAlong(axis)) {
      schedule.vectorize(last);
    }
  }

  /**
   * An axis along which some operand has its neighbours while the result has them along the last
   * axis, as in a transpose; null if there is none.
   */
  private static @Nullable IterVar crossing(BlockInfo info) {
    IterVar last = info.axes().getLast();
    if (info.store() == null || !isLong(last) || !isStep(info.store().indices(), last, 1)) {
      return null;
    }
    for (Expr.Load load : info.loads()) {
      if (isStep(load.indices(), last, 0) || isStep(load.indices(), last, 1)) {
        continue;
      }
      for (IterVar axis : info.axes()) {
        if (axis != last && isLong(axis) && isStep(load.indices(), axis, 1)) {
          return axis;
        }
      }
    }
    return null;
  }

  private static boolean isLong(IterVar axis) {
    return BlockInfo.extent(axis).orElse(0) >= TILE;
  }

  private static boolean isStep(List<Expr> indices, IterVar axis, long step) {
    Long found = Affine.innermostStep(indices, axis.var());
    return found != null && found == step;
  }

  /** Square tiles, so that of every cache line that is read or written all is used. */
  private static void tiles(
      Schedule schedule, BlockRef block, BlockInfo info, LoopRef crossing, Target target) {
    List<LoopRef> loops = new ArrayList<>(schedule.getLoops(block));
    LoopRef last = loops.removeLast();
    loops.remove(crossing);
    List<LoopRef> down = schedule.split(crossing, null, TILE);
    List<LoopRef> across = schedule.split(last, null, TILE);
    loops.add(down.get(0));
    List<LoopRef> order = new ArrayList<>(loops);
    order.addAll(List.of(across.get(0), down.get(1), across.get(1)));
    schedule.reorder(order);
    schedule.bind(Loops.fuse(schedule, loops, block), ThreadTag.BLOCK_IDX_X);
    if (lanes(info, target) > 1) {
      schedule.vectorize(across.get(1));
    }
  }
}
