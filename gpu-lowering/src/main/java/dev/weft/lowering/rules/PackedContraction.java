package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.AttrValue;
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
 * Contractions in {@link PackedForm} on a CPU. One thread makes the tiles of one strip of columns,
 * one below the other; the sums of a tile stay in registers over all reduction loops. The panel of
 * the strip stays in the nearest caches meanwhile: private memory that the thread packs itself
 * where it is small enough, else global memory that a kernel of its own packs (Goto and van de
 * Geijn, Anatomy of High-Performance Matrix Multiplication, 2008, section 4).
 *
 * <pre>
 * for strip (blockIdx.x), group of bands (blockIdx.y), batch (blockIdx.z):
 *   panel[k, j] = V[k, strip * columns + j]
 *   for band:
 *     tile = 0
 *     for k: for i (unrolled), j (unrolled vectors): tile[i, j] += S[…] * panel[k, j]
 *     C[…] = tile
 * </pre>
 */
final class PackedContraction implements ScheduleRule {
  /** A private panel is on the thread's stack, and should stay in its core's second cache. */
  private static final long PRIVATE_BYTES = 256 << 10;

  /** Tiles that must share a panel that their thread packs for that to pay. */
  private static final int PRIVATE_USES = 8;

  /** Statements of one tile that unrolled reduction loops may make. */
  private static final int UNROLLED = 64;

  @Override
  public String name() {
    return "packed-contraction";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    // A panel that was laid out ahead of time is an operand.
    Integer run = annotation(schedule, pending.getFirst(), PackedForm.PANEL);
    BlockRef panel = run == null ? null : pending.getFirst();
    int first = panel == null ? 0 : 1;
    if (pending.size() < first + 2) {
      return false;
    }
    BlockRef tile = pending.get(first);
    BlockRef writer = pending.get(first + 1);
    Integer bands = annotation(schedule, tile, PackedForm.BANDS);
    Integer lanes = annotation(schedule, writer, PackedForm.WRITER);
    if (bands == null || lanes == null) {
      return false;
    }
    unannotate(schedule, tile, PackedForm.TILE);
    unannotate(schedule, tile, PackedForm.BANDS);
    unannotate(schedule, writer, PackedForm.WRITER);

    long reduced =
        BlockInfo.of(schedule, tile).axes().stream()
            .filter(axis -> axis.kind() == IterVar.Kind.REDUCE)
            .count();
    List<LoopRef> loops = schedule.getLoops(writer);
    int batch = loops.size() - 4;
    List<LoopRef> band = schedule.split(loops.get(batch + 1), null, bands);
    bindGrid(schedule, loops.subList(0, batch), loops.get(batch), band.get(0));

    schedule.setScope(tile, 0, "local");
    schedule.computeAt(tile, band.get(1));
    if (panel != null && run != null) {
      unannotate(schedule, panel, PackedForm.PANEL);
      if (isPrivate(schedule, panel, bands)) {
        schedule.setScope(panel, 0, "local");
        schedule.computeAt(panel, band.get(0));
      } else {
        List<LoopRef> own = schedule.getLoops(panel);
        bindGrid(schedule, own.subList(0, batch), own.get(batch), null);
      }
      fillPanel(schedule, panel, run);
    }
    writeTile(schedule, writer, band.get(1), lanes);

    List<LoopRef> around = schedule.getLoops(tile);
    int row = around.size() - 2;
    List<LoopRef> sums = List.copyOf(around.subList(row - (int) reduced, row));
    List<LoopRef> column = schedule.split(around.get(row + 1), null, lanes);
    if (lanes > 1) {
      schedule.vectorize(column.get(1));
    }
    schedule.unroll(column.get(0));
    schedule.unroll(around.get(row));
    unrollShort(schedule, tile, sums);
    schedule.decomposeReduction(tile, sums.getFirst());
    return true;
  }

  private static @Nullable Integer annotation(Schedule schedule, BlockRef block, String key) {
    AttrValue value = schedule.state().block(block).block().annotations().get(key);
    return value instanceof Expr.IntImm imm ? Math.toIntExact(imm.value()) : null;
  }

  private static void unannotate(Schedule schedule, BlockRef block, String key) {
    schedule.unannotate(block, key);
  }

  private static void bindGrid(
      Schedule schedule, List<LoopRef> batch, LoopRef strip, @Nullable LoopRef group) {
    schedule.bind(strip, ThreadTag.BLOCK_IDX_X);
    if (group != null && Loops.extent(schedule, group).orElse(2) > 1) {
      schedule.bind(group, ThreadTag.BLOCK_IDX_Y);
    }
    if (!batch.isEmpty()) {
      LoopRef fused = batch.size() == 1 ? batch.getFirst() : schedule.fuse(batch, true);
      schedule.bind(fused, ThreadTag.BLOCK_IDX_Z);
    }
  }

  /** Whether each thread packs its own panel. */
  private static boolean isPrivate(Schedule schedule, BlockRef panel, int uses) {
    Buffer buffer = BlockInfo.of(schedule, panel).output();
    if (buffer == null || uses < PRIVATE_USES) {
      return false;
    }
    long bytes = buffer.dtype().bytes();
    List<LoopRef> loops = schedule.getLoops(panel);
    int strip = buffer.rank() - 1;
    for (int i = buffer.rank() - 1; i >= 0; i--) {
      if (schedule.state().loop(loops.get(i)).stmt().var().name().equals("strip")) {
        strip = i;
      }
    }
    for (Expr extent : buffer.shape().subList(strip + 1, buffer.rank())) {
      OptionalLong size = BlockInfo.constant(extent);
      if (size.isEmpty()) {
        return false;
      }
      bytes *= size.getAsLong();
    }
    return bytes <= PRIVATE_BYTES;
  }

  /**
   * Copies a row of a panel in vectors of {@code run} neighbours. The condition that fills up the
   * last panel with zeros does not matter: lowering takes the others out of it.
   */
  private static void fillPanel(Schedule schedule, BlockRef panel, int run) {
    LoopRef columns = schedule.getLoops(panel).getLast();
    if (run > 1) {
      List<LoopRef> parts = schedule.split(columns, null, run);
      schedule.vectorize(parts.get(1));
      columns = parts.get(0);
    }
    schedule.unroll(columns);
  }

  /** Writes a tile's elements out one by one, in vectors where neighbours are neighbours. */
  private static void writeTile(Schedule schedule, BlockRef writer, LoopRef band, int lanes) {
    List<LoopRef> loops = schedule.getLoops(writer);
    List<LoopRef> own = loops.subList(loops.indexOf(band) + 1, loops.size());
    List<LoopRef> unrolled = new ArrayList<>(own.subList(0, own.size() - 1));
    if (lanes > 1 && Vectors.isContiguous(schedule, writer, own.getLast())) {
      List<LoopRef> column = schedule.split(own.getLast(), null, lanes);
      schedule.vectorize(column.get(1));
      unrolled.add(column.get(0));
    } else {
      unrolled.add(own.getLast());
    }
    unrolled.forEach(schedule::unroll);
  }

  /** Writes out the innermost reduction loops while a tile's code stays short. */
  private static void unrollShort(Schedule schedule, BlockRef tile, List<LoopRef> sums) {
    List<LoopRef> loops = schedule.getLoops(tile);
    long statements = 1;
    for (LoopRef loop : loops.subList(loops.size() - 3, loops.size() - 1)) {
      statements *= Loops.extent(schedule, loop).orElse(1);
    }
    for (int i = sums.size() - 1; i > 0; i--) {
      statements *= Loops.extent(schedule, sums.get(i)).orElse(UNROLLED + 1);
      if (statements > UNROLLED) {
        return;
      }
      schedule.unroll(sums.get(i));
    }
  }
}
