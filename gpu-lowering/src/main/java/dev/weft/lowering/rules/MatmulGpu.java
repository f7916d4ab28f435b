package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products on the arithmetic units of a GPU's threads: the threads of a block copy tiles of
 * both factors to shared memory together, some steps of the sum ahead (with {@code cp.async} where
 * the device has it); each thread loads what it needs to registers, 16 bytes at a time, and sums in
 * registers until the block that consumes the sums has written its results.
 *
 * <p>A thread's results lie a warp's width apart, as virtual threads, so that the lanes of a warp
 * read and write neighbours: of a factor that is stored with its rows (or columns) last, four
 * neighbours by the lane; of one stored with the terms of the sum last, single rows, whose terms
 * are loaded together out of permuted shared memory.
 *
 * <p>Sizes that tiles don't divide are padded with zeros on the way into shared memory, and what is
 * beyond the results is not written.
 */
final class MatmulGpu implements ScheduleRule {
  /** Fewer rows or columns than this leave most of a tile unused. */
  private static final int SMALLEST = 16;

  /** Bytes that a thread loads or copies at once. */
  private static final int TERMS = 16;

  /** Neighbouring results of a thread. */
  private static final int NEIGHBOURS = 4;

  @Override
  public String name() {
    return "matmul-gpu";
  }

  /**
   * A factor.
   *
   * @param load how the block reads it
   * @param axis its rows or columns
   * @param termsLast whether it is stored with the terms of the sum behind them
   * @param isRow whether one of the two is its last dimension
   * @param bytes of one element in shared memory, which is wider where the device only stores the
   *     type
   */
  private record Factor(Expr.Load load, IterVar axis, boolean termsLast, boolean isRow, int bytes) {
    static @Nullable Factor of(
        Expr.Load load, @Nullable IterVar axis, IterVar terms, Target target) {
      int at = axis == null ? -1 : load.indices().indexOf(axis.var());
      int of = load.indices().indexOf(terms.var());
      if (axis == null || at < 0 || of < 0) {
        return null;
      }
      DType dtype = load.buffer().dtype();
      int bytes = target.capabilities().computes(dtype) ? dtype.bytes() : Float.BYTES;
      boolean isRow = Math.max(at, of) == load.indices().size() - 1;
      return new Factor(load, axis, of > at, isRow, bytes);
    }

    /** Whether its tiles in shared memory are rows of terms, permuted. */
    boolean isPermuted() {
      return termsLast && isRow;
    }

    /** Neighbouring elements along the axis that a thread works on. */
    int neighbours() {
      return isPermuted() ? 1 : NEIGHBOURS;
    }

    /** Terms that a thread loads at once: more would take registers from the sums. */
    int terms() {
      return isPermuted() ? Math.max(1, TERMS / bytes) : 1;
    }

    /** Neighbouring elements that a thread copies to shared memory at once. */
    int copied() {
      return isRow ? Math.min(TiledProduct.lanes(load.buffer()), Math.max(1, TERMS / bytes)) : 1;
    }
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    Contraction contraction = Contraction.of(info);
    if (target.isCpu()
        || contraction == null
        || !contraction.isMatmulLike()
        || contraction.reduceAxes().isEmpty()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return false;
    }
    IterVar terms = longest(contraction.reduceAxes());
    Factor left =
        Factor.of(
            contraction.left().loads().getFirst(), largest(contraction.leftAxes()), terms, target);
    Factor right =
        Factor.of(
            contraction.right().loads().getFirst(),
            largest(contraction.rightAxes()),
            terms,
            target);
    if (left == null || right == null || left.load.buffer() == right.load.buffer()) {
      return false;
    }
    long batch =
        info.axes(IterVar.Kind.SPATIAL).stream()
            .filter(axis -> axis != left.axis && axis != right.axis)
            .mapToLong(axis -> BlockInfo.extent(axis).orElse(1))
            .reduce(1, (a, b) -> a * b);
    SimtSketch sketch =
        SimtSketch.choose(
            BlockInfo.extent(left.axis).orElse(0),
            BlockInfo.extent(right.axis).orElse(0),
            batch,
            left.bytes + right.bytes,
            Math.min(left.bytes, right.bytes),
            info.widest().bytes(),
            target);
    if (sketch == null) {
      return false;
    }
    new Scheduler(schedule, block, left, right, terms, sketch).run();
    return true;
  }

  private static IterVar longest(List<IterVar> axes) {
    return axes.stream()
        .max(Comparator.comparingLong(axis -> BlockInfo.extent(axis).orElse(Long.MAX_VALUE)))
        .orElseThrow();
  }

  /**
   * The longest axis, if it is long enough. Symbolic ones are left to other rules: what the virtual
   * threads of a tile write together can't be proven to be all of them.
   */
  private static @Nullable IterVar largest(List<IterVar> axes) {
    return axes.stream()
        .max(Comparator.comparingLong(axis -> BlockInfo.extent(axis).orElse(Long.MAX_VALUE)))
        .filter(axis -> BlockInfo.extent(axis).orElse(0) >= SMALLEST)
        .orElse(null);
  }

  /** Schedules one product. */
  private static final class Scheduler {
    private final Schedule schedule;
    private final BlockRef block;
    private final Factor left;
    private final Factor right;
    private final SimtSketch sketch;
    private final TiledProduct tiled;

    Scheduler(
        Schedule schedule,
        BlockRef block,
        Factor left,
        Factor right,
        IterVar terms,
        SimtSketch sketch) {
      this.schedule = schedule;
      this.block = block;
      this.left = left;
      this.right = right;
      this.sketch = sketch;
      this.tiled = new TiledProduct(schedule, block, left.axis, right.axis, terms);
    }

    void run() {
      List<Expr> sums = tiled.output().indices();
      int rowAt = sums.indexOf(left.axis.var());
      int columnAt = sums.indexOf(right.axis.var());
      List<IterVar> axes = BlockInfo.of(schedule, block).axes();
      List<Boolean> isReduce = axes.stream().map(a -> a.kind() == IterVar.Kind.REDUCE).toList();
      BlockRef writer = tiled.padded(sketch.rows(), sketch.columns(), sketch.depth(), "local");
      int writerRow = tiled.writerAxis(writer, rowAt);
      int writerColumn = tiled.writerAxis(writer, columnAt);
      BlockRef leftShared = tiled.staged(0, "shared");
      BlockRef rightShared = tiled.staged(1, "shared");
      BlockRef leftLocal = tiled.staged(0, "local");
      BlockRef rightLocal = tiled.staged(1, "local");

      List<LoopRef> loops = schedule.getLoops(block);
      List<LoopRef> batch = new ArrayList<>();
      List<LoopRef> steps = new ArrayList<>();
      for (int i = 0; i < loops.size(); i++) {
        if (!tiled.isTiled(i)) {
          (isReduce.get(i) ? steps : batch).add(loops.get(i));
        }
      }
      int together = Math.max(left.terms(), right.terms());
      List<LoopRef> i =
          schedule.split(
              loops.get(tiled.place(0)),
              null,
              sketch.warpsDown(),
              sketch.threadRows() / left.neighbours(),
              SimtSketch.LANES_DOWN,
              left.neighbours());
      List<LoopRef> j =
          schedule.split(
              loops.get(tiled.place(1)),
              null,
              sketch.warpsAcross(),
              sketch.threadColumns() / right.neighbours(),
              SimtSketch.LANES_ACROSS,
              right.neighbours());
      List<LoopRef> k =
          schedule.split(loops.get(tiled.place(2)), null, sketch.depth() / together, together);
      List<LoopRef> order = new ArrayList<>(batch);
      order.addAll(List.of(i.get(0), j.get(0), i.get(2), j.get(2), i.get(1), j.get(1)));
      order.addAll(List.of(i.get(3), j.get(3)));
      order.addAll(steps);
      order.addAll(List.of(k.get(0), k.get(1), k.get(2), i.get(4), j.get(4)));
      schedule.reorder(order);
      if (!batch.isEmpty()) {
        schedule.bind(Loops.fuse(schedule, batch, block), ThreadTag.BLOCK_IDX_Z);
      }
      tiled.order(i.get(0), j.get(0));
      schedule.bind(i.get(2), ThreadTag.VTHREAD_Y);
      schedule.bind(j.get(2), ThreadTag.VTHREAD_X);
      schedule.bind(i.get(1), ThreadTag.THREAD_IDX_Y);
      schedule.bind(j.get(1), ThreadTag.THREAD_IDX_Z);
      LoopRef lane = schedule.fuse(i.get(3), j.get(3));
      schedule.bind(lane, ThreadTag.THREAD_IDX_X);

      write(writer, lane, writerRow, writerColumn);
      load(leftLocal, left, together > left.terms() ? k.get(2) : k.get(1));
      load(rightLocal, right, together > right.terms() ? k.get(2) : k.get(1));
      copy(leftShared, left, k.get(0));
      copy(rightShared, right, k.get(0));
      BlockRef fill = schedule.decomposeReduction(block, steps.isEmpty() ? k.get(0) : steps.get(0));
      unrollBelow(fill, lane);
      for (LoopRef loop : List.of(k.get(1), k.get(2), i.get(4), j.get(4))) {
        schedule.unroll(loop);
      }
      tiled.pipelined(k.get(0), sketch.stages());
    }

    private void copy(BlockRef stage, Factor factor, LoopRef step) {
      tiled.copyTogether(
          stage,
          step,
          sketch.warpsDown(),
          sketch.warpsAcross(),
          factor.copied(),
          factor.isPermuted());
    }

    /** A thread's part of a factor from shared memory: neighbours, or terms, in one access. */
    private void load(BlockRef stage, Factor factor, LoopRef step) {
      schedule.computeAt(stage, step, true, -1);
      List<LoopRef> loops = schedule.getLoops(stage);
      List<LoopRef> own = loops.subList(loops.indexOf(step) + 1, loops.size());
      LoopRef vector =
          own.get(
              factor
                  .load
                  .indices()
                  .indexOf(factor.isPermuted() ? tiled.axis(2).var() : factor.axis.var()));
      schedule.vectorize(vector);
    }

    private void write(BlockRef writer, LoopRef lane, int rowAxis, int columnAxis) {
      schedule.reverseComputeAt(writer, lane, true, -1);
      List<LoopRef> all = schedule.getLoops(writer);
      int first = all.indexOf(lane) + 1;
      LoopRef row = all.get(first + rowAxis);
      LoopRef column = all.get(first + columnAxis);
      schedule.unroll(row);
      BlockInfo info = BlockInfo.of(schedule, writer);
      IterVar axis = info.axes().get(columnAxis);
      int neighbours = right.neighbours();
      boolean isWhole = BlockInfo.extent(axis).orElse(1) % neighbours == 0;
      if (neighbours > 1 && info.isContiguousAlong(axis) && isWhole) {
        schedule.reorder(row, column);
        schedule.vectorize(column);
      } else {
        schedule.unroll(column);
      }
    }

    private void unrollBelow(BlockRef below, LoopRef loop) {
      List<LoopRef> loops = schedule.getLoops(below);
      loops.subList(loops.indexOf(loop) + 1, loops.size()).forEach(schedule::unroll);
    }
  }
}
