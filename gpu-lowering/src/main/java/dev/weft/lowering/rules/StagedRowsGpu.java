package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.primitive.Combiner;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Several stages over the same rows, among them reductions of a row (softmax, layer norm), on a
 * GPU: one kernel, in which a group of threads carries out all stages of a row. Reductions are
 * shared by the group; what a stage hands on is in shared memory if it is a whole row, in registers
 * if it is one value.
 */
final class StagedRowsGpu implements ScheduleRule {
  /** Shorter rows are not worth a group of threads. */
  private static final long SHORT = 16;

  @Override
  public String name() {
    return "staged-rows-gpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    if (target.isCpu()) {
      return false;
    }
    List<BlockInfo> stages = new ArrayList<>();
    Set<Buffer> reduced = new HashSet<>();
    for (BlockRef ref : pending) {
      BlockInfo info = BlockInfo.of(schedule, ref);
      boolean fits =
          (info.isInjective()
                  || (info.isReduction() && Combiner.of(info.site().stmt().block()) != null))
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
    boolean[] isRow = StagedRows.rowAxes(stages.getLast(), reduced);
    List<LoopRef> loops = schedule.getLoops(pending.getLast());
    List<LoopRef> rows = new ArrayList<>();
    List<LoopRef> within = new ArrayList<>();
    long length = 1;
    boolean known = true;
    for (int i = 0; i < loops.size(); i++) {
      (isRow[i] ? rows : within).add(loops.get(i));
      OptionalLong extent = BlockInfo.extent(stages.getLast().axes().get(i));
      known &= isRow[i] || extent.isPresent();
      length *= isRow[i] ? 1 : extent.orElse(1);
    }
    if (rows.isEmpty() || within.isEmpty() || (known && length < SHORT)) {
      return false;
    }
    List<LoopRef> order = new ArrayList<>(rows);
    order.addAll(within);
    schedule.reorder(order);
    LoopRef row = Loops.fuse(schedule, rows, pending.getLast());
    OptionalLong count = Loops.extent(schedule, row);
    ThreadTeam group =
        ThreadTeam.of(count, known ? OptionalLong.of(length) : OptionalLong.empty(), target);
    if (!fits(schedule, stages, isRow, rows.size(), group.rows(), target)) {
      return false;
    }
    LoopRef thread = group.spreadRows(schedule, row);
    for (int i = pending.size() - 2; i >= 0; i--) {
      schedule.computeAt(pending.get(i), thread);
      Buffer buffer = stages.get(i).output();
      if (buffer != null && !schedule.function().paramBuffers().contains(buffer)) {
        boolean isValue = stages.get(i).isReduction() || stages.get(i).axes().size() <= rows.size();
        schedule.setScope(pending.get(i), 0, isValue ? "local" : "shared");
      }
    }
    for (BlockRef stage : pending) {
      List<LoopRef> all = schedule.getLoops(stage);
      List<LoopRef> own = all.subList(all.indexOf(thread) + 1, all.size());
      if (!own.isEmpty()) {
        group.spreadElements(schedule, own, stage);
      }
    }
    return true;
  }

  /** Whether the rows that stages hand on have room in shared memory; values have in registers. */
  private static boolean fits(
      Schedule schedule,
      List<BlockInfo> stages,
      boolean[] isRow,
      int rowAxes,
      int rowsOfBlock,
      Target target) {
    long bytes = 0;
    for (BlockInfo stage : stages.subList(0, stages.size() - 1)) {
      Buffer buffer = stage.output();
      if (buffer == null || schedule.function().paramBuffers().contains(buffer)) {
        // Other threads of the group would read what is in global memory.
        return false;
      }
      List<IterVar> spatial = stage.axes(IterVar.Kind.SPATIAL);
      if (stage.isReduction() || spatial.size() <= rowAxes) {
        if (spatial.size() > rowAxes) {
          return false;
        }
        continue;
      }
      if (spatial.size() != isRow.length) {
        return false;
      }
      long elements = 1;
      for (int i = 0; i < isRow.length; i++) {
        if (isRow[i]) {
          continue;
        }
        OptionalLong extent = BlockInfo.extent(spatial.get(i));
        if (extent.isEmpty()) {
          return false;
        }
        elements *= extent.getAsLong();
      }
      bytes += elements * buffer.dtype().bytes() * rowsOfBlock;
    }
    return bytes <= target.limits().sharedBytes() * 3L / 4;
  }
}
