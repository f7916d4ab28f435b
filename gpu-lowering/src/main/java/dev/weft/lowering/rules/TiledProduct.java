package dev.weft.lowering.rules;

import dev.weft.lowering.pass.SwizzleSharedMemory;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The steps that rules for matrix products on GPUs have in common: padding to whole tiles, copies
 * of the factors in nearer memory that all threads of a block make together, several steps of the
 * sum ahead, and the order of the blocks.
 */
final class TiledProduct {
  private static final int LANES = 32;

  /** Bytes of the widest access of a thread. */
  private static final int WIDEST = 16;

  /** Rows of tiles that blocks work through together, so that they find factors in the cache. */
  private static final int GROUP = 8;

  private final Schedule schedule;
  private final BlockRef block;
  private final BlockInfo original;

  /** Which of the block's axes are rows, columns and terms. */
  private final List<Integer> places;

  /**
   * @param rows the axis of the left factor
   * @param columns the axis of the right factor
   * @param terms the axis that is summed over
   */
  TiledProduct(Schedule schedule, BlockRef block, IterVar rows, IterVar columns, IterVar terms) {
    this.schedule = schedule;
    this.block = block;
    this.original = BlockInfo.of(schedule, block);
    List<IterVar> axes = original.axes();
    this.places = List.of(axes.indexOf(rows), axes.indexOf(columns), axes.indexOf(terms));
  }

  /** Whether an axis of the block is one of the three. */
  boolean isTiled(int axis) {
    return places.contains(axis);
  }

  /** Which axis of the block is rows (0), columns (1), terms (2). */
  int place(int which) {
    return places.get(which);
  }

  /** The axis of rows (0), columns (1), terms (2), as the block is now. */
  IterVar axis(int which) {
    return BlockInfo.of(schedule, block).axes().get(places.get(which));
  }

  /** What the block writes, as it is now. */
  Stmt.Store output() {
    return Objects.requireNonNull(BlockInfo.of(schedule, block).store(), "one store");
  }

  /** The left (0) or right (1) factor, as it is now. */
  Expr.Load factor(int which) {
    Contraction now =
        Objects.requireNonNull(Contraction.of(BlockInfo.of(schedule, block)), "a contraction");
    return (which == 0 ? now.left() : now.right()).loads().getFirst();
  }

  /** Elements that one copy of a thread moves: as many as whole rows of the factor allow. */
  static int lanes(Buffer factor) {
    long row = BlockInfo.constant(factor.shape().getLast()).orElse(1);
    int lanes = Math.max(1, WIDEST / factor.dtype().bytes());
    while (row % lanes != 0) {
      lanes /= 2;
    }
    return lanes;
  }

  /**
   * Pads the product to whole tiles; the sums are put into memory of {@code scope}.
   *
   * @return the block that takes the sums from there
   */
  BlockRef padded(int rows, int columns, int depth, String scope) {
    List<Integer> padding = new ArrayList<>();
    boolean pads = false;
    int[] sizes = {rows, columns, depth};
    List<IterVar> axes = original.axes();
    for (int i = 0; i < axes.size(); i++) {
      int which = places.indexOf(i);
      padding.add(which < 0 ? 1 : sizes[which]);
      pads |= which >= 0 && BlockInfo.extent(axes.get(i)).orElse(1) % sizes[which] != 0;
    }
    if (!pads) {
      return Tail.split(schedule, block, scope);
    }
    Buffer before = output().buffer();
    schedule.padEinsum(block, padding);
    if (output().buffer() == before) {
      return Tail.split(schedule, block, scope);
    }
    BlockRef cut = schedule.getConsumers(block).getFirst();
    BlockRef consumer = Tail.consumer(schedule, cut);
    if (consumer != null) {
      schedule.computeInline(cut);
    }
    schedule.setScope(block, 0, scope);
    return consumer == null ? cut : consumer;
  }

  /** The axis of the writing block along a dimension of the sums. */
  int writerAxis(BlockRef writer, int dimension) {
    BlockInfo info = BlockInfo.of(schedule, writer);
    Buffer sums = output().buffer();
    Expr.Load load =
        info.loads().stream().filter(l -> l.buffer() == sums).findFirst().orElseThrow();
    Expr index = load.indices().get(dimension);
    return IntStream.range(0, info.axes().size())
        .filter(i -> index.equals(info.axes().get(i).var()))
        .findFirst()
        .orElseThrow();
  }

  /** A copy of a factor in nearer memory; what pads it is worked out on the way. */
  BlockRef staged(int which, String scope) {
    Buffer from = factor(which).buffer();
    BlockInfo info = BlockInfo.of(schedule, block);
    BlockRef stage = schedule.cacheRead(block, ContractionCpu.readIndex(info, from), scope);
    boolean isShared = scope.equals("shared");
    if (isShared && !schedule.function().paramBuffers().contains(from)) {
      for (BlockRef producer : schedule.getProducers(stage)) {
        if (BlockInfo.of(schedule, producer).isAloneAtRoot()
            && !BlockInfo.of(schedule, producer).isBound()) {
          schedule.computeInline(producer);
        }
      }
    }
    return stage;
  }

  /**
   * All threads of the block copy, with as wide accesses as the rows allow.
   *
   * @param lanes elements of one copy
   * @param permuted whether the rows are permuted, so that columns of them meet in no bank
   */
  void copyTogether(
      BlockRef copy, LoopRef step, int warpsDown, int warpsAcross, int lanes, boolean permuted) {
    schedule.computeAt(copy, step);
    List<LoopRef> loops = schedule.getLoops(copy);
    LoopRef all = Loops.fuse(schedule, loops.subList(loops.indexOf(step) + 1, loops.size()), copy);
    List<LoopRef> parts = schedule.split(all, null, warpsAcross, warpsDown, LANES, lanes);
    schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Z);
    schedule.bind(parts.get(2), ThreadTag.THREAD_IDX_Y);
    schedule.bind(parts.get(3), ThreadTag.THREAD_IDX_X);
    if (lanes > 1) {
      schedule.vectorize(parts.get(4));
    }
    schedule.unroll(parts.get(0));
    if (permuted) {
      schedule.annotate(copy, SwizzleSharedMemory.PERMUTED, 1);
    }
  }

  /**
   * Binds the loops of tiles to blocks: down a group of rows of tiles before across, so that blocks
   * which run together share rows and columns of the factors.
   */
  void order(LoopRef down, LoopRef across) {
    long rows = Loops.extent(schedule, down).orElse(0);
    long columns = Loops.extent(schedule, across).orElse(0);
    int group = rows == 0 ? 1 : Loops.divisor(rows, GROUP);
    if (rows == 0 || columns <= 1 || group == 1 || rows * columns > Integer.MAX_VALUE) {
      schedule.bind(down, ThreadTag.BLOCK_IDX_Y);
      schedule.bind(across, ThreadTag.BLOCK_IDX_X);
      return;
    }
    List<LoopRef> parts = schedule.split(down, null, group);
    schedule.reorder(parts.get(0), across, parts.get(1));
    schedule.bind(
        schedule.fuse(List.of(parts.get(0), across, parts.get(1)), true), ThreadTag.BLOCK_IDX_X);
  }

  /** Copies run {@code stages - 1} steps of the sum ahead of what uses them. */
  void pipelined(LoopRef loop, int stages) {
    schedule.annotate(loop, "software_pipeline_stage", items(0, 0, stages - 1));
    schedule.annotate(loop, "software_pipeline_order", items(0, 1, 2));
    schedule.annotate(loop, "software_pipeline_async_stages", items(0));
  }

  private static AttrValue items(int... numbers) {
    return new AttrValue.Items(IntStream.of(numbers).<AttrValue>mapToObj(Expr::int32).toList());
  }
}
