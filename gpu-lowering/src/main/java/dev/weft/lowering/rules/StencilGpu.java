package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
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
 * Blocks whose neighbouring results read overlapping windows (window sums, pooling) on a GPU: a
 * thread block makes a tile of results, and its threads together fetch what the tile reads to
 * shared memory first.
 */
final class StencilGpu implements ScheduleRule {
  private static final int WIDE = 128;
  private static final int COLUMNS = 32;
  private static final int ROWS = 8;

  /** A window larger than this in one direction has halos larger than its tile. */
  private static final long LARGEST_WINDOW = 16;

  @Override
  public String name() {
    return "stencil-gpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    if (target.isCpu()
        || info.store() == null
        || !(info.isInjective() || info.isReduction())
        || Contraction.of(info) != null
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return false;
    }
    List<IterVar> spatial = info.axes(IterVar.Kind.SPATIAL);
    if (spatial.isEmpty() || !info.store().indices().getLast().equals(spatial.getLast().var())) {
      return false;
    }
    IterVar column = spatial.getLast();
    IterVar row = spatial.size() > 1 ? spatial.get(spatial.size() - 2) : null;
    Buffer source = source(info, column);
    if (source == null) {
      return false;
    }
    boolean inRows = row != null && windows(info, source, row);
    int columns = inRows ? COLUMNS : WIDE;
    int rows = inRows ? ROWS : 1;
    if (!fits(info, source, column, inRows ? row : null, columns, rows, target)) {
      return false;
    }
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> outer = new ArrayList<>();
    List<LoopRef> reduce = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      IterVar axis = info.axes().get(i);
      if (axis.kind() == IterVar.Kind.REDUCE) {
        reduce.add(loops.get(i));
      } else if (axis != column && !(inRows && axis == row)) {
        outer.add(loops.get(i));
      }
    }
    List<LoopRef> across = schedule.split(loops.get(info.axes().indexOf(column)), null, columns);
    List<LoopRef> order = new ArrayList<>(outer);
    List<LoopRef> down = List.of();
    if (inRows && row != null) {
      down = schedule.split(loops.get(info.axes().indexOf(row)), null, rows);
      order.add(down.get(0));
    }
    order.add(across.get(0));
    List<LoopRef> grid = List.copyOf(order);
    if (inRows) {
      order.add(down.get(1));
    }
    order.add(across.get(1));
    order.addAll(reduce);
    schedule.reorder(order);
    LoopRef tile = Loops.fuse(schedule, grid, block);
    schedule.bind(tile, ThreadTag.BLOCK_IDX_X);
    if (inRows) {
      schedule.bind(down.get(1), ThreadTag.THREAD_IDX_Y);
    }
    schedule.bind(across.get(1), ThreadTag.THREAD_IDX_X);
    BlockRef stage = schedule.cacheRead(block, ContractionCpu.readIndex(info, source), "shared");
    schedule.computeAt(stage, tile);
    List<LoopRef> all = schedule.getLoops(stage);
    LoopRef fused = Loops.fuse(schedule, all.subList(all.indexOf(tile) + 1, all.size()), stage);
    if (inRows) {
      List<LoopRef> parts = schedule.split(fused, null, rows, columns);
      schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Y);
      schedule.bind(parts.get(2), ThreadTag.THREAD_IDX_X);
    } else {
      List<LoopRef> parts = schedule.split(fused, null, columns);
      schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
    }
    if (info.isReduction()) {
      // A tile that sticks out can't be proven to make all that a consumer takes.
      BlockRef tail =
          divides(column, columns) && (row == null || divides(row, rows))
              ? Tail.consumer(schedule, block)
              : null;
      if (tail == null) {
        tail = schedule.cacheWrite(block, 0, "local");
      } else {
        schedule.setScope(block, 0, "local");
      }
      schedule.reverseComputeAt(tail, across.get(1));
      schedule.decomposeReduction(block, reduce.getFirst());
    }
    return true;
  }

  private static boolean divides(IterVar axis, int tile) {
    return BlockInfo.extent(axis).orElse(1) % tile == 0;
  }

  /** The only buffer that is read in overlapping windows along the axis. */
  private static @Nullable Buffer source(BlockInfo info, IterVar column) {
    Buffer found = null;
    for (Expr.Load load : info.loads()) {
      Buffer buffer = load.buffer();
      Long step = Affine.innermostStep(load.indices(), column.var());
      if (buffer == info.output() || buffer == found || step == null || step != 1) {
        continue;
      }
      if (windows(info, buffer, column)) {
        if (found != null) {
          return null;
        }
        found = buffer;
      }
    }
    return found;
  }

  /** Whether neighbours along an axis read windows of the buffer that overlap. */
  private static boolean windows(BlockInfo info, Buffer buffer, IterVar axis) {
    List<Expr> seen = new ArrayList<>();
    for (Expr.Load load : info.loads()) {
      if (load.buffer() != buffer) {
        continue;
      }
      for (Expr index : load.indices()) {
        Long step = Affine.step(index, axis.var());
        if (step == null) {
          return false;
        }
        if (step == 0) {
          continue;
        }
        boolean slides =
            info.axes(IterVar.Kind.REDUCE).stream()
                .anyMatch(
                    r ->
                        Affine.uses(index, r.var())
                            && BlockInfo.extent(r).orElse(0) > step
                            && BlockInfo.extent(r).orElse(0) <= LARGEST_WINDOW);
        if (slides) {
          return true;
        }
        seen.add(index);
      }
    }
    return info.isInjective() && seen.stream().distinct().count() > 1;
  }

  /** Whether what a tile reads has room in shared memory: an estimate from above. */
  private static boolean fits(
      BlockInfo info,
      Buffer source,
      IterVar column,
      @Nullable IterVar row,
      int columns,
      int rows,
      Target target) {
    long elements = 0;
    for (Expr.Load load : info.loads()) {
      if (load.buffer() != source) {
        continue;
      }
      long box = 1;
      for (Expr index : load.indices()) {
        long extent = 1;
        for (IterVar axis : info.axes()) {
          Long step = Affine.step(index, axis.var());
          if (step == null) {
            return false;
          }
          boolean tiled = axis == column || axis == row;
          OptionalLong size =
              tiled
                  ? OptionalLong.of(axis == column ? columns : rows)
                  : axis.kind() == IterVar.Kind.REDUCE
                      ? BlockInfo.extent(axis)
                      : OptionalLong.of(1);
          if (size.isEmpty() && step != 0) {
            return false;
          }
          extent += Math.abs(step) * (size.orElse(1) - 1);
        }
        // What several loads of one element's neighbours add is not known from one of them.
        box *= info.isInjective() && extent > 1 ? extent + LARGEST_WINDOW : extent;
      }
      elements = Math.max(elements, box);
    }
    return columns * rows <= target.limits().maxThreads()
        && elements * source.dtype().bytes() <= target.limits().sharedBytes() / 2;
  }
}
