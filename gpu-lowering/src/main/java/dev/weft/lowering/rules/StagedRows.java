package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
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

  @Override
  public String name() {
    return "staged-rows";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    List<BlockInfo> stages = new ArrayList<>();
    Set<Buffer> reduced = new HashSet<>();
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
      schedule.bind(row, ThreadTag.BLOCK_IDX_X);
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
    }
    return true;
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
