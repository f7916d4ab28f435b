package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reductions along an axis of neighbours, in vectors: each lane of some vectors makes a partial
 * result, a second block reduces the vectors to one, a third one its lanes.
 *
 * <pre>
 * for i, k in T.grid(m, 1024):        for i, ko in T.grid(m, 32):
 *     B[i] += A[i, k]            →        for j in T.vectorized(32): part[i, j] += A[i, ko * 32 + j]
 *                                     for i, v in T.grid(m, 4):
 *                                         for j in T.vectorized(8): lane[i, j] += part[i, v * 8 + j]
 *                                     for i, j in T.grid(m, 8):
 *                                         B[i] += lane[i, j]
 * </pre>
 *
 * @param blocks the blocks that make the partial results, in order, not in vectors yet
 */
record LanePartials(List<BlockRef> blocks) {
  /** Vectors of partial results: as many as hide the latency of an addition. */
  private static final int VECTORS = 4;

  LanePartials {
    blocks = List.copyOf(blocks);
  }

  /**
   * Takes a reduction apart; it is the reduction of the partial results afterwards.
   *
   * @return null if the reduction is not along neighbours, or too short
   */
  static @Nullable LanePartials split(Schedule schedule, BlockRef block, Target target) {
    BlockInfo info = BlockInfo.of(schedule, block);
    int lanes = target.vectorLanes(info.widest());
    IterVar along = along(info);
    if (along == null || lanes < 2 || info.widest().isBool()) {
      return null;
    }
    long extent = BlockInfo.extent(along).orElse(0);
    if (extent < 2L * lanes || extent % lanes != 0) {
      return null;
    }
    int vectors = vectors(extent / lanes);
    LoopRef loop = schedule.getLoops(block).get(info.axes().indexOf(along));
    List<BlockRef> blocks = new ArrayList<>();
    blocks.add(schedule.rfactor(schedule.split(loop, null, vectors * lanes).get(1), -1));
    if (vectors > 1) {
      LoopRef last = schedule.getLoops(block).getLast();
      blocks.add(schedule.rfactor(schedule.split(last, null, lanes).get(1), -1));
    }
    return new LanePartials(blocks);
  }

  /** Puts what {@link #split} gave below {@code around}, in private memory and in vectors. */
  void place(Schedule schedule, LoopRef around, Target target) {
    for (BlockRef block : blocks.reversed()) {
      schedule.setScope(block, 0, "local");
      schedule.computeAt(block, around);
      vectorize(schedule, block, around, target, block != blocks.getFirst());
    }
  }

  /** The number of vectors that divides the reduction and comes nearest to what hides latencies. */
  private static int vectors(long steps) {
    int best = 1;
    for (int vectors = 2; vectors <= 2 * VECTORS; vectors++) {
      boolean nearer = Math.abs(vectors - VECTORS) < Math.abs(best - VECTORS);
      if (steps % vectors == 0 && steps / vectors > 1 && nearer) {
        best = vectors;
      }
    }
    return best;
  }

  /** Puts a block into vectors, and takes its initial values out of its loops. */
  private static void vectorize(
      Schedule schedule, BlockRef partials, LoopRef around, Target target, boolean isShort) {
    BlockInfo info = BlockInfo.of(schedule, partials);
    List<LoopRef> loops = schedule.getLoops(partials);
    List<LoopRef> own = loops.subList(loops.indexOf(around) + 1, loops.size());
    LoopRef first = null;
    LoopRef lane = null;
    for (LoopRef loop : own) {
      IterVar axis = axis(schedule, info, loop);
      if (axis != null && axis.kind() == IterVar.Kind.REDUCE) {
        first = first == null ? loop : first;
      } else if (Loops.extent(schedule, loop).orElse(2) > 1) {
        lane = loop;
      }
    }
    if (first == null || lane == null) {
      throw new IllegalStateException("partial results are reduced along lanes");
    }
    List<LoopRef> order = new ArrayList<>(own.subList(own.indexOf(first), own.size()));
    order.remove(lane);
    order.add(lane);
    if (order.size() > 1) {
      schedule.reorder(order);
    }
    List<LoopRef> parts = schedule.split(lane, null, target.vectorLanes(info.widest()));
    schedule.unroll(parts.get(0));
    schedule.vectorize(parts.get(1));
    schedule.decomposeReduction(partials, first);
    if (isShort) {
      schedule.unroll(first);
    }
  }

  private static @Nullable IterVar axis(Schedule schedule, BlockInfo info, LoopRef loop) {
    List<Expr> values = info.site().stmt().iterValues();
    for (int i = 0; i < values.size(); i++) {
      if (Affine.uses(values.get(i), schedule.state().loop(loop).stmt().var())) {
        return info.axes().get(i);
      }
    }
    return null;
  }

  /** The reduction axis along which all that varies is read from neighbours. */
  private static @Nullable IterVar along(BlockInfo info) {
    if (info.store() == null) {
      return null;
    }
    IterVar found = null;
    for (IterVar axis : info.axes(IterVar.Kind.REDUCE)) {
      boolean unit = false;
      boolean other = false;
      for (Expr.Load load : info.loads()) {
        Long step = Affine.innermostStep(load.buffer(), load.indices(), axis.var());
        unit |= step != null && step == 1;
        other |= step == null || (step != 0 && step != 1) || load.predicate() != null;
      }
      OptionalLong extent = BlockInfo.extent(axis);
      if (unit && !other && extent.isPresent() && extent.getAsLong() > 1) {
        found = axis;
      }
    }
    return found;
  }
}
