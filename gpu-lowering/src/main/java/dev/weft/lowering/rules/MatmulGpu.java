package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
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
 * Matrix products on a GPU: a block of threads makes a tile of results, each thread a smaller tile
 * in registers; the threads of a block copy the parts of both factors that they need to shared
 * memory, together, a few steps of the sum at a time.
 */
final class MatmulGpu implements ScheduleRule {
  /** Threads of a block in each direction. */
  private static final int THREADS = 16;

  /** Results of a thread in each direction. */
  private static final int LOCAL = 4;

  /** Steps of the sum between two copies. */
  private static final int STEPS = 16;

  /** Fewer rows or columns than this leave most of a tile unused. */
  private static final int SMALLEST = 16;

  @Override
  public String name() {
    return "matmul-gpu";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    BlockInfo info = BlockInfo.of(schedule, block);
    Contraction contraction = Contraction.of(info);
    if (target.isCpu()
        || contraction == null
        || !contraction.isMatmulLike()
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return false;
    }
    Buffer left = contraction.left().loads().getFirst().buffer();
    Buffer right = contraction.right().loads().getFirst().buffer();
    IterVar rows = largest(contraction.leftAxes());
    IterVar columns = largest(contraction.rightAxes());
    if (rows == null || columns == null || left == right || !fits(info, left, right, target)) {
      return false;
    }

    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> batch = new ArrayList<>();
    List<LoopRef> reduce = new ArrayList<>();
    for (int i = 0; i < loops.size(); i++) {
      IterVar axis = info.axes().get(i);
      if (axis.kind() == IterVar.Kind.REDUCE) {
        reduce.add(loops.get(i));
      } else if (axis != rows && axis != columns) {
        batch.add(loops.get(i));
      }
    }
    int across = threads(rows);
    int along = threads(columns);
    List<LoopRef> i = schedule.split(loops.get(info.axes().indexOf(rows)), null, across, LOCAL);
    List<LoopRef> j = schedule.split(loops.get(info.axes().indexOf(columns)), null, along, LOCAL);
    List<LoopRef> order = new ArrayList<>(batch);
    order.addAll(List.of(i.get(0), j.get(0), i.get(1), j.get(1)));
    order.addAll(reduce);
    order.addAll(List.of(i.get(2), j.get(2)));
    schedule.reorder(order);
    List<LoopRef> k = schedule.split(Loops.fuse(schedule, reduce, block), null, STEPS);
    if (!batch.isEmpty()) {
      schedule.bind(Loops.fuse(schedule, batch, block), ThreadTag.BLOCK_IDX_Z);
    }
    schedule.bind(i.get(0), ThreadTag.BLOCK_IDX_Y);
    schedule.bind(j.get(0), ThreadTag.BLOCK_IDX_X);
    LoopRef thread = schedule.fuse(i.get(1), j.get(1));
    schedule.bind(thread, ThreadTag.THREAD_IDX_X);

    BlockRef writer = Tail.split(schedule, block);
    schedule.reverseComputeAt(writer, thread);
    Loops.fixExtents(schedule, writer, LOCAL);
    for (Buffer factor : List.of(left, right)) {
      BlockRef stage = schedule.cacheRead(block, ContractionCpu.readIndex(info, factor), "shared");
      schedule.computeAt(stage, k.get(0));
      copyTogether(schedule, stage, k.get(0), across * along);
    }
    schedule.decomposeReduction(block, k.get(0));
    return true;
  }

  /** The loops of a copy below the sum's loop, spread over the threads of the block. */
  private static void copyTogether(Schedule schedule, BlockRef stage, LoopRef below, int threads) {
    List<LoopRef> loops = schedule.getLoops(stage);
    List<LoopRef> copy = loops.subList(loops.indexOf(below) + 1, loops.size());
    LoopRef fused = Loops.fuse(schedule, copy, stage);
    List<LoopRef> parts = schedule.split(fused, null, threads);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_X);
  }

  /** Threads along an axis: no more than it has results for. */
  private static int threads(IterVar axis) {
    long extent = BlockInfo.extent(axis).orElseThrow();
    return Loops.divisor(extent / LOCAL, THREADS);
  }

  private static boolean fits(BlockInfo info, Buffer left, Buffer right, Target target) {
    int tile = THREADS * LOCAL * STEPS;
    int shared = tile * (left.dtype().bytes() + right.dtype().bytes());
    boolean registers =
        LOCAL * LOCAL * info.widest().bytes() <= Math.max(256, target.limits().localBytes());
    return shared <= target.limits().sharedBytes()
        && THREADS * THREADS <= target.limits().maxThreads()
        && registers;
  }

  /**
   * The longest axis, if it is long enough. Symbolic ones, and those that the tile of a thread does
   * not divide, are left to other rules until tiles that stick out can be proven to cover them.
   */
  private static @Nullable IterVar largest(List<IterVar> axes) {
    return axes.stream()
        .max(Comparator.comparingLong(axis -> BlockInfo.extent(axis).orElse(0)))
        .filter(axis -> BlockInfo.extent(axis).orElse(0) >= SMALLEST)
        .filter(axis -> BlockInfo.extent(axis).orElse(1) % LOCAL == 0)
        .orElse(null);
  }
}
