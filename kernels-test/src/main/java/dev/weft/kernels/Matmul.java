package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ExprRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/** {@code C[i, j] = Σ_k A[i, k] · B[k, j]}, scheduled by hand in several ways. */
public final class Matmul {
  private Matmul() {}

  /** The function; sizes are constants or variables. */
  public static PrimFunc function(Expr m, Expr n, Expr k, DType dtype) {
    Tensor a = Te.placeholder("A", dtype, List.of(m, k));
    Tensor b = Te.placeholder("B", dtype, List.of(k, n));
    ReduceAxis axis = Te.reduceAxis(k, "k");
    Tensor c =
        Te.reduce(
            "C",
            List.of(m, n),
            i -> Te.sum(Expr.mul(a.at(i.get(0), axis.var()), b.at(axis.var(), i.get(1))), axis));
    return Te.primFunc("matmul", a, b, c);
  }

  /**
   * Tiles of {@code tile} by {@code tile} results, so that what is read stays in the cache; the
   * handles are those of the tiles' loops over rows and columns.
   */
  public static List<LoopRef> cacheBlocked(Schedule schedule, int tile) {
    BlockRef block = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> y = schedule.split(loops.get(0), null, tile);
    List<LoopRef> x = schedule.split(loops.get(1), null, tile);
    schedule.reorder(y.get(0), x.get(0), loops.get(2), y.get(1), x.get(1));
    return List.of(y.get(0), x.get(0));
  }

  /** The loop over k is around {@code width} columns, whose sums begin in a loop of their own. */
  public static void groupColumns(Schedule schedule, int width) {
    BlockRef block = schedule.getBlock("C", "main");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> j = schedule.split(loops.get(1), null, width);
    schedule.reorder(loops.get(0), j.get(0), loops.get(2), j.get(1));
    schedule.decomposeReduction(block, loops.get(2));
  }

  /** {@link #groupColumns} of a width that the schedule draws: at most 16, and without a rest. */
  public static void groupColumnsAtRandom(Schedule schedule) {
    BlockRef block = schedule.getBlock("C", "main");
    LoopRef k = groupColumnsAtRandom(schedule, block).getLast();
    schedule.decomposeReduction(block, k);
  }

  /** {@link #groupColumnsAtRandom(Schedule)} with a thread for each group, a block for each row. */
  public static void groupsOnThreads(Schedule schedule) {
    BlockRef block = schedule.getBlock("C", "main");
    List<LoopRef> loops = groupColumnsAtRandom(schedule, block);
    schedule.bind(loops.get(0), "blockIdx.x");
    schedule.bind(loops.get(1), "threadIdx.x");
    schedule.decomposeReduction(block, loops.get(2));
  }

  /** The loops over rows, over groups of columns and over k. */
  private static List<LoopRef> groupColumnsAtRandom(Schedule schedule, BlockRef block) {
    List<LoopRef> loops = schedule.getLoops(block);
    List<ExprRef> factors = schedule.samplePerfectTile(loops.get(1), 2);
    List<LoopRef> j = schedule.split(loops.get(1), factors.get(0), factors.get(1));
    schedule.reorder(loops.get(0), j.get(0), loops.get(2), j.get(1));
    return List.of(loops.get(0), j.get(0), loops.get(2));
  }

  /** One thread a result, in blocks of {@code tile} by {@code tile}. */
  public static PrimFunc plain(PrimFunc function, int tile) {
    Schedule schedule = Schedule.of(function);
    BlockRef block = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, tile);
    List<LoopRef> j = schedule.split(loops.get(1), null, tile);
    schedule.reorder(i.get(0), j.get(0), i.get(1), j.get(1), loops.get(2));
    schedule.bind(i.get(0), "blockIdx.y");
    schedule.bind(j.get(0), "blockIdx.x");
    schedule.bind(i.get(1), "threadIdx.y");
    schedule.bind(j.get(1), "threadIdx.x");
    schedule.decomposeReduction(block, loops.get(2));
    return schedule.function();
  }

  /**
   * Each thread keeps {@code tile.local × tile.local} sums in registers, so that each element that
   * it reads is used {@code tile.local} times.
   */
  public static PrimFunc registerBlocked(PrimFunc function, Tile tile) {
    Schedule schedule = Schedule.of(function);
    Nest nest = nest(schedule, tile);
    schedule.unroll(nest.k().get(1));
    schedule.reverseComputeAt(nest.writer(), nest.j().get(1));
    schedule.bind(nest.i().get(0), "blockIdx.y");
    schedule.bind(nest.j().get(0), "blockIdx.x");
    schedule.bind(nest.i().get(1), "threadIdx.y");
    schedule.bind(nest.j().get(1), "threadIdx.x");
    schedule.decomposeReduction(nest.block(), nest.k().get(0));
    return schedule.function();
  }

  /**
   * Register blocking, and the threads of a block copy what all of them read of both factors to
   * shared memory, together, {@code tile.k} steps of the sum at a time.
   *
   * @param vector elements that a thread copies at once; 1 where sizes are odd
   */
  public static PrimFunc sharedBlocked(PrimFunc function, Tile tile, int vector) {
    Schedule schedule = Schedule.of(function);
    Nest nest = nest(schedule, tile);
    schedule.reverseComputeAt(nest.writer(), nest.j().get(1));
    schedule.bind(nest.i().get(0), "blockIdx.y");
    schedule.bind(nest.j().get(0), "blockIdx.x");
    LoopRef thread = schedule.fuse(nest.i().get(1), nest.j().get(1));
    schedule.bind(thread, "threadIdx.x");
    int threads = tile.block() * tile.block();
    for (int factor = 0; factor < 2; factor++) {
      BlockRef stage = schedule.cacheRead(nest.block(), factor, "shared");
      schedule.computeAt(stage, nest.k().get(0), true, -1);
      List<LoopRef> loops = schedule.getLoops(stage);
      LoopRef copy = schedule.fuse(loops.get(loops.size() - 2), loops.get(loops.size() - 1));
      if (vector > 1) {
        List<LoopRef> parts = schedule.split(copy, null, threads, vector);
        schedule.vectorize(parts.get(2));
        schedule.bind(parts.get(1), "threadIdx.x");
      } else {
        schedule.bind(schedule.split(copy, null, threads).get(1), "threadIdx.x");
      }
    }
    schedule.decomposeReduction(nest.block(), nest.k().get(0));
    return schedule.function();
  }

  /**
   * How results are tiled.
   *
   * @param block threads of a block in each direction
   * @param local results of a thread in each direction
   * @param k steps of the sum in the inner loop
   */
  public record Tile(int block, int local, int k) {}

  private record Nest(
      BlockRef block, BlockRef writer, List<LoopRef> i, List<LoopRef> j, List<LoopRef> k) {}

  private static Nest nest(Schedule schedule, Tile tile) {
    BlockRef block = schedule.getBlock("C");
    BlockRef writer = schedule.cacheWrite(block, 0, "local");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, tile.block(), tile.local());
    List<LoopRef> j = schedule.split(loops.get(1), null, tile.block(), tile.local());
    List<LoopRef> k = schedule.split(loops.get(2), null, tile.k());
    schedule.reorder(
        i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1), i.get(2), j.get(2));
    return new Nest(block, writer, i, j, k);
  }
}
