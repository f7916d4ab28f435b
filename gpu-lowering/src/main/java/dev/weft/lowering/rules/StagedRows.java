package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Several stages over the same rows, among them reductions of a row (softmax, layer norm): one
 * kernel, in which a thread carries out all stages of a row; what the stages hand on stays private
 * where it is small.
 */
final class StagedRows implements ScheduleRule {
  private static final int GPU_THREADS = 64;

  /** Private memory of a thread of a CPU for a row, on its stack. */
  private static final long CPU_ROW_BYTES = 64 << 10;

  /** Elements that a thread of a CPU is started for. */
  private static final long THREAD_ELEMENTS = 8192;

  private static final int THREADS_PER_CORE = 8;

  @Override
  public String name() {
    return "staged-rows";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> all, Target target) {
    List<BlockInfo> stages = new ArrayList<>();
    Set<Buffer> reduced = new HashSet<>();
    List<BlockRef> pending = target.isCpu() ? withoutCheap(schedule, all) : all;
    for (BlockRef ref : pending) {
      BlockInfo info = BlockInfo.of(schedule, ref);
      boolean fits =
          (info.isInjective() || info.isReduction())
              && Contraction.of(info) == null
              && info.hasOneLoopPerAxis()
              && info.isAloneAtRoot();
      if (!fits) {
        return false;
      }
      stages.add(info);
      if (info.isReduction() && info.output() != null) {
        reduced.add(info.output());
      }
    }
    if (stages.size() < 2 || reduced.isEmpty()) {
      return false;
    }
    BlockInfo last = stages.getLast();
    boolean[] isRow = rowAxes(last, reduced);
    List<LoopRef> loops = schedule.getLoops(pending.getLast());
    List<LoopRef> rows = new ArrayList<>();
    List<LoopRef> within = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      (isRow[i] ? rows : within).add(loops.get(i));
    }
    if (rows.isEmpty() || within.isEmpty()) {
      return false;
    }
    List<LoopRef> order = new ArrayList<>(rows);
    order.addAll(within);
    schedule.reorder(order);
    LoopRef row = Loops.fuse(schedule, rows, pending.getLast());
    LoopRef thread = row;
    if (target.isCpu()) {
      int each = rowsPerThread(schedule, row, within, target);
      thread = each > 1 ? Loops.spread(schedule, row, each, true) : row;
      if (each == 1) {
        schedule.bind(row, ThreadTag.BLOCK_IDX_X);
      }
    } else {
      OptionalLong count = Loops.extent(schedule, row);
      int threads = count.isEmpty() ? GPU_THREADS : Loops.divisor(count.getAsLong(), GPU_THREADS);
      thread = Loops.spread(schedule, row, threads, false);
    }
    for (int i = pending.size() - 2; i >= 0; i--) {
      LanePartials partials =
          target.isCpu() && stages.get(i).isReduction()
              ? LanePartials.split(schedule, pending.get(i), target)
              : null;
      schedule.computeAt(pending.get(i), thread);
      keepPrivate(schedule, pending.get(i), stages.get(i), isRow, target);
      if (partials != null) {
        partials.place(schedule, thread, target);
      }
    }
    if (target.isCpu()) {
      for (int i = 0; i < pending.size(); i++) {
        boolean isLast = i == pending.size() - 1;
        if (stages.get(i).isInjective() && (isLast || stages.get(i).axes().size() > rows.size())) {
          Vectors.alongLast(schedule, pending.get(i), target.vectorLanes(stages.get(i).widest()));
        }
      }
      Streaming.mark(schedule, pending.getLast(), target);
    }
    return true;
  }

  /**
   * Puts stages that cost no more than what it takes to keep their result in the place of its uses:
   * sums, differences and products of one element of a row and of what whole rows gave.
   *
   * @return the blocks that are left
   */
  private static List<BlockRef> withoutCheap(Schedule schedule, List<BlockRef> stages) {
    List<BlockRef> left = new ArrayList<>(stages);
    for (BlockRef ref : stages) {
      BlockInfo info = BlockInfo.of(schedule, ref);
      Buffer output = info.output();
      boolean fits =
          output != null
              && !schedule.function().paramBuffers().contains(output)
              && info.isInjective()
              && info.isAloneAtRoot()
              && isCheap(info);
      List<BlockRef> consumers = fits ? schedule.getConsumers(ref) : List.of();
      if (!consumers.isEmpty() && stages.containsAll(consumers)) {
        schedule.computeInline(ref);
        left.remove(ref);
      }
    }
    return left;
  }

  /** At most one load depends on the innermost axis, and no call or division does. */
  private static boolean isCheap(BlockInfo info) {
    if (info.store() == null || info.axes().isEmpty()) {
      return false;
    }
    Var last = info.axes().getLast().var();
    boolean[] cheap = {true};
    int[] elements = {0};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (!Affine.uses(node, last)) {
          return;
        }
        boolean divides =
            node instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
                && (op == BinaryOp.DIV || op == BinaryOp.MOD);
        cheap[0] &= !divides && !(node instanceof Expr.Call);
        elements[0] += node instanceof Expr.Load ? 1 : 0;
        super.expr(node);
      }
    }.expr(info.store().value());
    return cheap[0] && elements[0] == 1;
  }

  /** As many rows as are worth starting a thread for, and leave enough threads for the cores. */
  private static int rowsPerThread(
      Schedule schedule, LoopRef row, List<LoopRef> within, Target target) {
    long length = 1;
    for (LoopRef loop : within) {
      length *= Loops.extent(schedule, loop).orElse(THREAD_ELEMENTS);
    }
    long rows = Loops.extent(schedule, row).orElse(1);
    long spare = rows / ((long) target.limits().cores() * THREADS_PER_CORE);
    return Loops.divisor(rows, (int) Math.clamp(THREAD_ELEMENTS / length, 1, Math.max(1, spare)));
  }

  /** Which axes of the last stage say which row an element belongs to. */
  static boolean[] rowAxes(BlockInfo last, Set<Buffer> reduced) {
    Set<Var> rows = new HashSet<>();
    for (Expr.Load load : last.loads()) {
      if (reduced.contains(load.buffer()) && load.buffer() != last.output()) {
        load.indices().stream()
            .filter(index -> index instanceof Var)
            .forEach(index -> rows.add((Var) index));
      }
    }
    List<IterVar> axes = last.axes();
    boolean[] isRow = new boolean[axes.size()];
    for (int i = 0; i < isRow.length; i++) {
      boolean spatial = axes.get(i).kind() == IterVar.Kind.SPATIAL;
      isRow[i] = spatial && (last.isReduction() || rows.contains(axes.get(i).var()));
    }
    return isRow;
  }

  private static void keepPrivate(
      Schedule schedule, BlockRef ref, BlockInfo stage, boolean[] isRow, Target target) {
    Buffer buffer = stage.output();
    if (buffer == null || schedule.function().paramBuffers().contains(buffer)) {
      return;
    }
    // A stage of as many dimensions as the last one has a row; one of fewer a single element.
    long bytes = buffer.dtype().bytes();
    if (stage.isInjective()) {
      for (int i = 0; i < stage.axes().size(); i++) {
        if (i >= isRow.length || !isRow[i]) {
          OptionalLong extent = BlockInfo.extent(stage.axes().get(i));
          if (extent.isEmpty()) {
            return;
          }
          bytes *= extent.getAsLong();
        }
      }
    }
    long limit = target.isCpu() ? CPU_ROW_BYTES : target.limits().localBytes();
    if (bytes <= limit) {
      schedule.setScope(ref, 0, "local");
    }
  }
}
