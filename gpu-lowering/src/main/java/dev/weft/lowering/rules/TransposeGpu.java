package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks that read along one axis and write along another (transposes, changes of layout) on a GPU:
 * a tile goes through shared memory, so that neighbouring threads both read and write neighbours.
 * The tile's rows are padded, so that its columns lie in different banks.
 */
final class TransposeGpu implements ScheduleRule {
  /** Rows and columns of a tile. */
  private static final int TILE = 32;

  /** Rows of threads; each thread moves {@code TILE / ROWS} elements of a column. */
  private static final int ROWS = 8;

  /** Bytes of a word of a bank. */
  private static final int BANK = 4;

  /** Shorter axes leave most of a tile unused. */
  private static final long SHORT = 8;

  @Override
  public String name() {
    return "transpose-gpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    if (target.isCpu()
        || !info.isInjective()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()
        || TILE * ROWS > target.limits().maxThreads()) {
      return false;
    }
    Transposed transposed = Transposed.find(info, SHORT);
    if (transposed == null) {
      return false;
    }
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> outer = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      IterVar axis = info.axes().get(i);
      if (axis != transposed.read() && axis != transposed.written()) {
        outer.add(loops.get(i));
      }
    }
    List<LoopRef> rows =
        schedule.split(loops.get(info.axes().indexOf(transposed.read())), null, TILE);
    List<LoopRef> columns =
        schedule.split(loops.get(info.axes().indexOf(transposed.written())), null, TILE);
    outer.add(rows.get(0));
    outer.add(columns.get(0));
    List<LoopRef> order = new ArrayList<>(outer);
    order.add(rows.get(1));
    order.add(columns.get(1));
    schedule.reorder(order);
    LoopRef tile = Loops.fuse(schedule, outer, block);
    schedule.bind(tile, ThreadTag.BLOCK_IDX_X);
    BlockRef stage =
        schedule.cacheRead(
            block, ContractionCpu.readIndex(info, transposed.load().buffer()), "shared");
    schedule.computeAt(stage, tile);
    Loops.fixExtents(schedule, stage, TILE);
    List<LoopRef> all = schedule.getLoops(stage);
    List<LoopRef> copy = all.subList(all.indexOf(tile) + 1, all.size());
    if (copy.isEmpty()) {
      return false;
    }
    schedule.bind(copy.getLast(), ThreadTag.THREAD_IDX_X);
    threadRows(schedule, Loops.fuse(schedule, copy.subList(0, copy.size() - 1), stage));
    schedule.bind(columns.get(1), ThreadTag.THREAD_IDX_X);
    threadRows(schedule, rows.get(1));
    int padding = Math.max(1, BANK / transposed.load().buffer().dtype().bytes());
    schedule.storageAlign(stage, 0, transposed.writtenDim(), TILE, padding);
    return true;
  }

  private static void threadRows(Schedule schedule, LoopRef loop) {
    List<LoopRef> parts = schedule.split(loop, null, ROWS);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Y);
  }
}
