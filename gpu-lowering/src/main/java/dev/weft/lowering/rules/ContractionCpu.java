package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Matrix products and convolutions on a CPU. One thread makes a band of results, register tile by
 * register tile: {@code rows × vectors} vector sums that stay in registers over all reduction
 * loops. For a matrix product the factor that is read in vectors is first copied into a private
 * panel, as wide as the tile, which is read many times from the nearest cache, in order (Goto and
 * van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008, section 4).
 *
 * <pre>
 * for x (blockIdx.x), y (blockIdx.y):
 *   panel[k, j] = B[k, x * columns + j]
 *   for i1:
 *     sums = 0
 *     for k: for i2 (unrolled), j1 (unrolled), j2 (vector): sums[i2, j1, j2] += A[…] * panel[k, …]
 *     C[…] = sums
 * </pre>
 */
final class ContractionCpu implements ScheduleRule {
  /** A panel is private memory of a thread, on its stack. */
  private static final long PANEL_BYTES = 256 << 10;

  /** Tiles that must share a panel for the copy to pay. */
  private static final int PANEL_USES = 4;

  /** Threads for each core, so that the last ones don't leave cores idle. */
  private static final int THREADS_PER_CORE = 4;

  @Override
  public String name() {
    return "contraction-cpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    Contraction contraction = Contraction.of(info);
    if (!target.isCpu()
        || contraction == null
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return false;
    }
    Contraction.Tile axes = contraction.tile();
    if (axes == null || BlockInfo.extent(axes.columns()).isEmpty()) {
      return false;
    }
    IterVar rowAxis = axes.rows();
    OptionalLong rows = rowAxis == null ? OptionalLong.of(1) : BlockInfo.extent(rowAxis);
    OptionalLong columns = BlockInfo.extent(axes.columns());
    RegisterTile tile = RegisterTile.choose(rows, columns, target.vectorLanes(info.widest()));

    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> outer = new ArrayList<>();
    List<LoopRef> reduce = new ArrayList<>();
    long outerExtent = 1;
    for (int i = 0; i < loops.size(); i++) {
      IterVar axis = info.axes().get(i);
      if (axis.kind() == IterVar.Kind.REDUCE) {
        reduce.add(loops.get(i));
      } else if (axis != axes.columns() && axis != rowAxis) {
        outer.add(loops.get(i));
        outerExtent *= BlockInfo.extent(axis).orElse(1);
      }
    }
    List<LoopRef> column =
        schedule.split(
            loops.get(info.axes().indexOf(axes.columns())), null, tile.vectors(), tile.lanes());

    // The nest: threads, then tiles of one thread, then the reduction, then one tile.
    List<LoopRef> order = new ArrayList<>(outer);
    LoopRef tiles = column.get(0);
    List<LoopRef> grid = new ArrayList<>(outer);
    if (rowAxis == null) {
      order.add(column.get(0));
      order.addAll(reduce);
    } else {
      long across = outerExtent * tiles(columns, tile.columns());
      int perThread = rows.isEmpty() ? 1 : tilesPerThread(tiles(rows, tile.rows()), across, target);
      List<LoopRef> row =
          schedule.split(loops.get(info.axes().indexOf(rowAxis)), null, perThread, tile.rows());
      order.addAll(List.of(row.get(0), column.get(0), row.get(1)));
      order.addAll(reduce);
      order.add(row.get(2));
      tiles = row.get(1);
      grid.add(row.get(0));
    }
    order.addAll(List.of(column.get(1), column.get(2)));
    schedule.reorder(order);
    schedule.bind(column.get(0), ThreadTag.BLOCK_IDX_X);
    if (!grid.isEmpty()) {
      schedule.bind(Loops.fuse(schedule, grid, block), ThreadTag.BLOCK_IDX_Y);
    }

    BlockRef writer = Tail.split(schedule, block);
    schedule.reverseComputeAt(writer, tiles);
    Loops.fixExtents(schedule, writer, tile.rows());
    if (rowAxis != null && isPanelWorthwhile(contraction, axes, schedule, tiles, tile)) {
      Buffer factor = axes.vectors().loads().getFirst().buffer();
      BlockRef panel = schedule.cacheRead(block, readIndex(info, factor), "local");
      schedule.computeAt(panel, column.get(0));
      Vectors.alongLast(schedule, panel, tile.lanes());
    }
    Vectors.tileBelow(schedule, writer, tiles, tile.lanes());
    Vectors.tile(schedule, block, rowAxis == null ? 1 : 2);
    schedule.decomposeReduction(block, reduce.getFirst());
    return true;
  }

  private static long tiles(OptionalLong extent, int size) {
    return extent.isPresent() ? (extent.getAsLong() + size - 1) / size : 16;
  }

  /** As many tiles for one thread as leave enough threads for the cores. */
  private static int tilesPerThread(long tiles, long across, Target target) {
    long wanted = (long) target.limits().cores() * THREADS_PER_CORE;
    long bands = Math.min(tiles, Math.max(1, (wanted + across - 1) / across));
    return Loops.divisor(tiles, (int) ((tiles + bands - 1) / bands));
  }

  private static boolean isPanelWorthwhile(
      Contraction contraction,
      Contraction.Tile axes,
      Schedule schedule,
      LoopRef tiles,
      RegisterTile tile) {
    if (!contraction.isMatmulLike()
        || Loops.extent(schedule, tiles).orElse(0) < PANEL_USES
        || axes.vectors().loads().size() != 1) {
      return false;
    }
    long bytes = (long) tile.columns() * axes.vectors().loads().getFirst().buffer().dtype().bytes();
    for (IterVar axis : contraction.reduceAxes()) {
      OptionalLong extent = BlockInfo.extent(axis);
      if (extent.isEmpty()) {
        return false;
      }
      bytes *= extent.getAsLong();
    }
    return bytes <= PANEL_BYTES;
  }

  /** The position of a buffer in the block's signature. */
  static int readIndex(BlockInfo info, Buffer buffer) {
    List<BufferRegion> reads = info.site().block().reads();
    for (int i = 0; i < reads.size(); i++) {
      if (reads.get(i).buffer() == buffer) {
        return i;
      }
    }
    throw new IllegalStateException(
        "block '" + info.site().name() + "' reads '" + buffer + "' but does not say so");
  }
}
