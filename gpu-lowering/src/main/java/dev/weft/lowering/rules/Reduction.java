package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reductions (sums, maxima, pooling, products of a matrix and a vector): each thread makes whole
 * results, one after the other. Where results that are neighbours come from elements that are
 * neighbours (a reduction along an outer axis), a thread of a CPU makes several vectors of them at
 * once.
 */
final class Reduction implements ScheduleRule {
  /** Vectors of results that are made at once, to hide the latency of one addition. */
  private static final int VECTORS = 4;

  private static final int GPU_THREADS = 64;

  /** Steps of a reduction that are written out one by one. */
  private static final long SHORT = 32;

  /** Parts of one reduction for each core. */
  private static final int THREADS_PER_CORE = 4;

  /** Steps that are enough work for several threads. */
  private static final long SPREAD_STEPS = 1 << 16;

  @Override
  public String name() {
    return "reduction";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    if (!info.isReduction() || !info.hasOneLoopPerAxis() || !info.isAloneAtRoot()) {
      return false;
    }
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> spatial = new ArrayList<>();
    List<LoopRef> reduce = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      boolean isReduce = info.axes().get(i).kind() == IterVar.Kind.REDUCE;
      (isReduce ? reduce : spatial).add(loops.get(i));
    }
    List<IterVar> axes = info.axes(IterVar.Kind.SPATIAL);
    if (target.isCpu() && !axes.isEmpty() && info.isEvenAlong(axes.getLast())) {
      OptionalLong columns = BlockInfo.extent(axes.getLast());
      int lanes =
          RegisterTile.choose(OptionalLong.of(1), columns, target.vectorLanes(info.widest()))
              .lanes();
      if (lanes > 1) {
        inVectors(schedule, block, spatial, reduce, columns.getAsLong(), lanes, target);
        return true;
      }
    }
    if (target.isCpu() && isSpread(schedule, block, info, target)) {
      return true;
    }
    List<LoopRef> order = new ArrayList<>(spatial);
    order.addAll(reduce);
    if (order.size() > 1) {
      schedule.reorder(order);
    }
    LanePartials partials = target.isCpu() ? LanePartials.split(schedule, block, target) : null;
    if (partials != null) {
      reduce = new ArrayList<>(schedule.getLoops(block));
      spatial = List.copyOf(reduce.subList(0, spatial.size()));
      reduce = List.copyOf(reduce.subList(spatial.size(), reduce.size()));
    }
    boolean isOwn = target.isCpu() && Tail.consumer(schedule, block) == null;
    boolean isStatic = new FusedAxes(axes).count().isPresent();
    BlockRef writer = isOwn && isStatic ? schedule.cacheWrite(block, 0, "local") : null;
    LoopRef results = Loops.fuse(schedule, spatial, block);
    boolean isKnown = Loops.extent(schedule, results).isPresent();
    if (writer != null) {
      // Now, since what several results of odd rows write is no box.
      schedule.reverseComputeAt(writer, results);
    }
    LoopRef thread = threads(schedule, results, target);
    BlockRef tail = writer == null ? Tail.consumer(schedule, block) : null;
    // Groups that stick out of a symbolic size can't be proven to cover it: a kernel of its own.
    if (tail != null && isKnown) {
      schedule.setScope(block, 0, "local");
      schedule.reverseComputeAt(tail, thread);
    }
    if (partials != null) {
      partials.place(schedule, thread, target);
    }
    if (target.isCpu() && partials == null) {
      unrollShort(schedule, reduce);
    }
    schedule.decomposeReduction(block, reduce.getFirst());
    return true;
  }

  /**
   * Takes a long reduction to few results apart so that every core has something to do: into
   * partial results of parts of its outermost axis, and a reduction of these.
   *
   * @return whether that was done; the blocks are to be scheduled then
   */
  private static boolean isSpread(
      Schedule schedule, BlockRef block, BlockInfo info, Target target) {
    long parts = (long) target.limits().cores() * THREADS_PER_CORE;
    long results = new FusedAxes(info.axes(IterVar.Kind.SPATIAL)).count().orElse(Long.MAX_VALUE);
    List<IterVar> axes =
        info.axes(IterVar.Kind.REDUCE).stream()
            .filter(axis -> !axis.dom().extent().isConst(1))
            .toList();
    long steps = new FusedAxes(axes).count().orElse(0);
    if (info.store() == null || results >= parts || steps * results < SPREAD_STEPS) {
      return false;
    }
    IterVar outermost = axes.getFirst();
    long extent = BlockInfo.extent(outermost).orElse(1);
    int each = Loops.divisor(extent, (int) (extent / parts));
    if (extent < 2 * parts || extent / each > 4 * parts) {
      return false;
    }
    LoopRef loop = schedule.getLoops(block).get(info.axes().indexOf(outermost));
    schedule.rfactor(schedule.split(loop, null, each).get(0), 0);
    return true;
  }

  private static LoopRef threads(Schedule schedule, LoopRef results, Target target) {
    OptionalLong count = Loops.extent(schedule, results);
    int perGroup = (int) Math.min(GPU_THREADS, count.orElse(GPU_THREADS));
    if (target.isCpu()) {
      long groups = (long) target.limits().cores() * 8;
      perGroup =
          count.isEmpty()
              ? 16
              : Loops.divisor(count.getAsLong(), Math.clamp(count.getAsLong() / groups, 1, 1024));
    }
    return Loops.spread(schedule, results, perGroup, target.isCpu());
  }

  private static void inVectors(
      Schedule schedule,
      BlockRef block,
      List<LoopRef> spatial,
      List<LoopRef> reduce,
      long columns,
      int lanes,
      Target target) {
    int vectors = Loops.divisor(columns / lanes, VECTORS);
    List<LoopRef> column = schedule.split(spatial.getLast(), null, vectors, lanes);
    List<LoopRef> grid = new ArrayList<>(spatial.subList(0, spatial.size() - 1));
    grid.add(column.get(0));
    List<LoopRef> order = new ArrayList<>(grid);
    order.addAll(reduce);
    order.addAll(List.of(column.get(1), column.get(2)));
    schedule.reorder(order);
    LoopRef tile = Loops.fuse(schedule, grid, block);
    BlockRef writer = Tail.split(schedule, block);
    schedule.reverseComputeAt(writer, tile);
    Vectors.tileBelow(schedule, writer, tile, lanes);
    Vectors.tile(schedule, block, 1);
    // Not before, since what a tile writes couldn't be told from the parts of its loop.
    threads(schedule, tile, target);
    unrollShort(schedule, reduce);
    schedule.decomposeReduction(block, reduce.getFirst());
  }

  /** Writes out the loops of a short reduction, such as that of a window. */
  private static void unrollShort(Schedule schedule, List<LoopRef> reduce) {
    long steps = 1;
    for (LoopRef loop : reduce) {
      steps *= Loops.extent(schedule, loop).orElse(SHORT + 1);
    }
    if (steps <= SHORT) {
      reduce.forEach(schedule::unroll);
    }
  }
}
