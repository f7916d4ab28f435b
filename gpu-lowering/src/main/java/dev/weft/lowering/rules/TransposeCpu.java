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
import java.util.OptionalLong;

/**
 * Blocks that read along one axis and write along another (transposes, changes of layout) on a CPU:
 * a small square goes through registers, so that it is read in vectors and written in vectors. The
 * squares that share cache lines follow each other, since a stride that is a power of two lets
 * hardly any line stay in a cache. Larger squares keep the number of pages small that are in use.
 *
 * <pre>
 * for large square (blockIdx.x):
 *   for r, c: for the squares r', c' of some lines:
 *     for j (unrolled), i (vector): square[j, i] = A[c' + j, r' + i]
 *     for i (unrolled), j (vector): B[r' + i, c' + j] = square[j, i]
 * </pre>
 */
final class TransposeCpu implements ScheduleRule {
  /** The side of a square, unless a vector is shorter. */
  private static final int SQUARE = 8;

  /** A cache line. */
  private static final int LINE_BYTES = 64;

  /** Cache lines of a row of a large square: some hundred pages read, and as many written. */
  private static final int LINES = 16;

  /** Shorter axes leave most of a square unused. */
  private static final long SHORT = 8;

  @Override
  public String name() {
    return "transpose-cpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    int side = Math.min(SQUARE, target.vectorLanes(info.widest()));
    if (!target.isCpu()
        || !info.isInjective()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()
        || side < 2
        || info.widest().isBool()) {
      return false;
    }
    Transposed transposed = Transposed.find(info, SHORT);
    if (transposed == null) {
      return false;
    }
    OptionalLong read = BlockInfo.extent(transposed.read());
    OptionalLong written = BlockInfo.extent(transposed.written());
    if (read.isEmpty() || written.isEmpty()) {
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
    int line = Math.max(1, LINE_BYTES / info.widest().bytes() / side);
    List<LoopRef> down =
        split(schedule, loops.get(info.axes().indexOf(transposed.read())), read, line, side);
    List<LoopRef> across =
        split(schedule, loops.get(info.axes().indexOf(transposed.written())), written, line, side);
    outer.add(down.get(0));
    outer.add(across.get(0));
    List<LoopRef> order = new ArrayList<>(outer);
    for (int part = 1; part <= 3; part++) {
      order.add(down.get(part));
      order.add(across.get(part));
    }
    schedule.reorder(order);
    schedule.bind(Loops.fuse(schedule, outer, block), ThreadTag.BLOCK_IDX_X);
    BlockRef square =
        schedule.cacheRead(
            block, ContractionCpu.readIndex(info, transposed.load().buffer()), "local");
    schedule.computeAt(square, across.get(2));
    Loops.fixExtents(schedule, square, side);
    List<LoopRef> all = schedule.getLoops(square);
    List<LoopRef> copy = all.subList(all.indexOf(across.get(2)) + 1, all.size());
    copy.subList(0, copy.size() - 1).forEach(schedule::unroll);
    schedule.vectorize(copy.getLast());
    schedule.unroll(down.get(3));
    schedule.vectorize(across.get(3));
    return true;
  }

  /** Large squares, cache lines, squares, elements. */
  private static List<LoopRef> split(
      Schedule schedule, LoopRef loop, OptionalLong extent, int line, int side) {
    long squares = Math.ceilDiv(extent.orElse(side), (long) side);
    int perLine = squares % line == 0 ? line : 1;
    long lines = squares / perLine;
    int most = (int) Math.min(LINES, lines);
    int even = Loops.divisor(lines, most);
    return schedule.split(loop, null, 2 * even > most ? even : most, perLine, side);
  }
}
