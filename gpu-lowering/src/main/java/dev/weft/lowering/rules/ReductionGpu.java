package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.primitive.Combiner;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reductions on a GPU that threads share (sums of rows or columns, products of a matrix and a
 * vector).
 *
 * <ul>
 *   <li>Where the elements of one result are neighbours in memory, neighbouring threads take them:
 *       a warp a row, or a thread block if the row is long. Partial results stay in registers and
 *       are combined by shuffles and shared memory.
 *   <li>Few results of very many elements are made in two passes: thread blocks reduce parts of
 *       them, a second kernel what these give.
 *   <li>Where neighbouring results come from neighbouring elements and there are too few results to
 *       give each a thread, threads along the other direction share the elements of a result.
 * </ul>
 *
 * Reductions of other shapes are left to {@link Reduction}, a thread a result.
 */
final class ReductionGpu implements ScheduleRule {
  /** Fewer elements a result are not worth several threads. */
  private static final long SHORT = 16;

  /** Elements of a result from which several thread blocks may share it. */
  private static final long LONG = 1 << 15;

  /** Elements of a result that a thread block takes in the first of two passes. */
  private static final int PART = 1 << 13;

  /** Results that neighbouring threads make, where threads share along the other direction. */
  private static final int COLUMNS = 32;

  private static final int SHARERS = 8;

  /** Results for each core from which a thread a result keeps the device busy. */
  private static final long RESULTS_PER_CORE = 1024;

  @Override
  public String name() {
    return "reduction-gpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    if (target.isCpu()
        || !info.isReduction()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()
        || Combiner.of(info.site().stmt().block()) == null) {
      return false;
    }
    Expr.Load largest = largest(info);
    if (largest == null) {
      return false;
    }
    IterVar inner = contiguous(info, largest, IterVar.Kind.REDUCE);
    if (inner != null) {
      return alongRows(schedule, block, info, inner, target);
    }
    IterVar column = contiguous(info, largest, IterVar.Kind.SPATIAL);
    return column != null && alongColumns(schedule, block, info, column, target);
  }

  /** The load that the most axes move: the one whose order in memory matters. */
  private static Expr.@Nullable Load largest(BlockInfo info) {
    return info.loads().stream()
        .filter(load -> load.buffer() != info.output())
        .max(Comparator.comparingLong(load -> moving(info, load)))
        .orElse(null);
  }

  private static long moving(BlockInfo info, Expr.Load load) {
    return info.axes().stream()
        .filter(axis -> load.indices().stream().anyMatch(i -> Affine.uses(i, axis.var())))
        .filter(axis -> BlockInfo.extent(axis).orElse(2) > 1)
        .count();
  }

  private static @Nullable IterVar contiguous(BlockInfo info, Expr.Load load, IterVar.Kind kind) {
    for (IterVar axis : info.axes(kind)) {
      Long step = Affine.innermostStep(load.indices(), axis.var());
      if (step != null && step == 1 && BlockInfo.extent(axis).orElse(2) > 1) {
        return axis;
      }
    }
    return null;
  }

  /** The loops of one kind of axes; that of {@code last} behind the others. */
  private static List<LoopRef> loops(
      Schedule schedule, BlockRef block, BlockInfo info, IterVar.Kind kind, IterVar last) {
    List<LoopRef> all = schedule.getLoops(block);
    List<LoopRef> result = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (info.axes().get(i).kind() == kind && info.axes().get(i) != last) {
        result.add(all.get(i));
      }
    }
    if (last.kind() == kind) {
      result.add(all.get(info.axes().indexOf(last)));
    }
    return result;
  }

  private static OptionalLong count(BlockInfo info, IterVar.Kind kind) {
    long product = 1;
    for (IterVar axis : info.axes(kind)) {
      OptionalLong extent = BlockInfo.extent(axis);
      if (extent.isEmpty()) {
        return extent;
      }
      product *= extent.getAsLong();
    }
    return OptionalLong.of(product);
  }

  private static boolean alongRows(
      Schedule schedule, BlockRef block, BlockInfo info, IterVar inner, Target target) {
    OptionalLong results = count(info, IterVar.Kind.SPATIAL);
    OptionalLong elements = count(info, IterVar.Kind.REDUCE);
    if (elements.orElse(SHORT) < SHORT) {
      return false;
    }
    List<LoopRef> spatial = loops(schedule, block, info, IterVar.Kind.SPATIAL, inner);
    List<LoopRef> reduce = loops(schedule, block, info, IterVar.Kind.REDUCE, inner);
    List<LoopRef> order = new ArrayList<>(spatial);
    order.addAll(reduce);
    if (order.size() > 1) {
      schedule.reorder(order);
    }
    long outermost = Loops.extent(schedule, reduce.getFirst()).orElse(1);
    long within = elements.orElse(0) / outermost;
    int steps = Loops.divisor(outermost, (int) Math.max(1, PART / Math.max(1, within)));
    long part = steps * within;
    boolean inTwoPasses =
        elements.orElse(0) >= LONG
            && part >= PART / 8
            && part < elements.orElse(0)
            && results.orElse(Long.MAX_VALUE) < target.limits().cores();
    if (inTwoPasses) {
      int rank = info.store() == null ? 0 : info.store().indices().size();
      // Split before anything is fused: axes that share a loop are no reduction any more.
      List<LoopRef> parts = schedule.split(reduce.getFirst(), null, steps);
      BlockRef partial = schedule.rfactor(parts.get(0), rank);
      List<LoopRef> loops = schedule.getLoops(partial);
      int rows = loops.size() - reduce.size();
      List<LoopRef> own = loops.subList(rows, loops.size());
      LoopRef row = Loops.fuse(schedule, loops.subList(0, rows), partial);
      ThreadTeam group = ThreadTeam.of(OptionalLong.empty(), OptionalLong.of(part), target);
      group.spreadRows(schedule, row);
      group.spreadElements(schedule, own, partial);
      return true;
    }
    OptionalLong neighbours = OptionalLong.of(1);
    for (LoopRef loop : spatial) {
      OptionalLong extent = Loops.extent(schedule, loop);
      neighbours = extent.isPresent() && extent.getAsLong() == 1 ? neighbours : extent;
    }
    Loops.fuse(schedule, reduce, block);
    LoopRef row = Loops.fuse(schedule, spatial, block);
    // Rows of a thread block are neighbours along one axis, so that indices stay simple.
    ThreadTeam group = ThreadTeam.of(neighbours, elements, target);
    LoopRef rowThread = group.spreadRows(schedule, row);
    BlockRef tail = Tail.consumer(schedule, block);
    group.spreadElements(schedule, List.of(schedule.getLoops(block).getLast()), block);
    if (tail != null && results.isPresent()) {
      schedule.setScope(block, 0, "local");
      schedule.reverseComputeAt(tail, rowThread);
    }
    return true;
  }

  private static boolean alongColumns(
      Schedule schedule, BlockRef block, BlockInfo info, IterVar column, Target target) {
    OptionalLong results = count(info, IterVar.Kind.SPATIAL);
    OptionalLong elements = count(info, IterVar.Kind.REDUCE);
    boolean enough = results.orElse(0) >= target.limits().cores() * RESULTS_PER_CORE;
    boolean fits = COLUMNS * SHARERS <= target.limits().maxThreads();
    if (enough || !fits || elements.orElse(0) < SHORT * SHARERS) {
      return false;
    }
    List<LoopRef> spatial = loops(schedule, block, info, IterVar.Kind.SPATIAL, column);
    IterVar anyReduce = info.axes(IterVar.Kind.REDUCE).getLast();
    List<LoopRef> reduce = loops(schedule, block, info, IterVar.Kind.REDUCE, anyReduce);
    List<LoopRef> columns = schedule.split(spatial.removeLast(), null, COLUMNS);
    List<LoopRef> order = new ArrayList<>(spatial);
    order.addAll(columns);
    order.addAll(reduce);
    schedule.reorder(order);
    spatial.add(columns.get(0));
    schedule.bind(Loops.fuse(schedule, spatial, block), ThreadTag.BLOCK_IDX_X);
    schedule.bind(columns.get(1), ThreadTag.THREAD_IDX_X);
    LoopRef elementLoop = Loops.fuse(schedule, reduce, block);
    List<LoopRef> parts = schedule.split(elementLoop, null, SHARERS);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Y);
    return true;
  }
}
