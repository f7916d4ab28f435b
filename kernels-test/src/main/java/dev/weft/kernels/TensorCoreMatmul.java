package dev.weft.kernels;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import java.util.List;

/**
 * {@code Z = X · Yᵀ} of float16 matrices with float32 sums, for tensor cores: warps multiply tiles
 * of 16 by 16 elements out of fragments, which they load from shared memory, which the threads of a
 * block fill together.
 */
public final class TensorCoreMatmul {
  private TensorCoreMatmul() {}

  /** The function for {@code n} by {@code n} matrices. */
  public static PrimFunc function(int n) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(X: T.Buffer((%1$d, %1$d), "float16"),
                 Y: T.Buffer((%1$d, %1$d), "float16"),
                 Z: T.Buffer((%1$d, %1$d), "float32")):
            T.func_attr({"global_symbol": "main", "tir.noalias": True})
            for i, j, k in T.grid(%1$d, %1$d, %1$d):
                with T.block("Z"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        Z[vi, vj] = T.float32(0)
                    Z[vi, vj] += T.cast(X[vi, vk], "float32") * T.cast(Y[vj, vk], "float32")
        """
            .formatted(n));
  }

  /**
   * How tiles of 16 by 16 are shared out. Each list multiplies up to the number of tiles.
   *
   * @param i rows of tiles: blocks of threads, warps in a block, tiles of a warp
   * @param j columns of tiles, likewise
   * @param k tiles that are summed up: steps, fragment loads in a step, tiles loaded at once
   */
  public record Tiling(List<Integer> i, List<Integer> j, List<Integer> k) {
    /** Copies the lists. */
    public Tiling {
      i = List.copyOf(i);
      j = List.copyOf(j);
      k = List.copyOf(k);
    }

    /** The warps of a block. */
    int warps() {
      return i.get(1) * j.get(1);
    }
  }

  /**
   * The blocks that an instruction carries out each.
   *
   * @param loadX fills fragments of X from shared memory, 16 by 16 elements in its inner two loops
   * @param loadY fills fragments of Y, likewise
   * @param fill sets a fragment of sums to 0
   * @param multiply multiplies two fragments and adds
   * @param store writes fragments of sums to Z, 16 by 16 elements in its inner two loops
   */
  public record Blocks(
      BlockRef loadX, BlockRef loadY, BlockRef fill, BlockRef multiply, BlockRef store) {}

  /** Schedules everything but the instructions themselves. */
  public static Blocks scheduled(Schedule schedule, Tiling tiling) {
    BlockRef block = schedule.getBlock("Z");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> rows = schedule.split(loops.get(0), null, 16);
    List<LoopRef> columns = schedule.split(loops.get(1), null, 16);
    List<LoopRef> terms = schedule.split(loops.get(2), null, 16);
    schedule.reorder(
        rows.get(0), columns.get(0), terms.get(0), rows.get(1), columns.get(1), terms.get(1));
    BlockRef multiply = schedule.blockize(rows.get(1));

    List<LoopRef> i = schedule.split(rows.get(0), tiling.i(), true, false);
    List<LoopRef> j = schedule.split(columns.get(0), tiling.j(), true, false);
    List<LoopRef> k = schedule.split(terms.get(0), tiling.k(), true, false);
    schedule.reorder(
        i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1), i.get(2), j.get(2), k.get(2));
    schedule.bind(schedule.fuse(i.get(0), j.get(0)), "blockIdx.x");
    LoopRef warp = schedule.fuse(i.get(1), j.get(1));
    schedule.bind(warp, "threadIdx.y");

    fillTogether(schedule, schedule.cacheRead(multiply, 0, "shared"), k.get(0), tiling);
    fillTogether(schedule, schedule.cacheRead(multiply, 1, "shared"), k.get(0), tiling);
    BlockRef loadX = schedule.cacheRead(multiply, 0, "wmma.matrix_a");
    BlockRef loadY = schedule.cacheRead(multiply, 1, "wmma.matrix_b");
    schedule.computeAt(loadX, k.get(1));
    schedule.computeAt(loadY, k.get(1));
    BlockRef store = schedule.cacheWrite(multiply, 0, "wmma.accumulator");
    schedule.reverseComputeAt(store, warp);
    inTiles(schedule, loadX);
    inTiles(schedule, loadY);
    inTiles(schedule, store);
    BlockRef fill = schedule.decomposeReduction(multiply, k.get(0));
    return new Blocks(loadX, loadY, fill, multiply, store);
  }

  /** Puts the tensor cores' instructions in the place of the blocks. */
  public static void tensorized(Schedule schedule, Blocks blocks) {
    schedule.tensorize(tile(schedule, blocks.loadX()), TensorCores.LOAD_A);
    schedule.tensorize(tile(schedule, blocks.loadY()), TensorCores.LOAD_B);
    schedule.tensorize(blocks.fill(), TensorCores.FILL);
    schedule.tensorize(blocks.multiply(), TensorCores.MULTIPLY);
    schedule.tensorize(tile(schedule, blocks.store()), TensorCores.STORE);
  }

  /** The outer of the two loops over one tile. */
  private static LoopRef tile(Schedule schedule, BlockRef copy) {
    List<LoopRef> loops = schedule.getLoops(copy);
    return loops.get(loops.size() - 2);
  }

  /** All threads of a block copy, 8 elements at a time. */
  private static void fillTogether(Schedule schedule, BlockRef copy, LoopRef step, Tiling tiling) {
    schedule.computeAt(copy, step);
    List<LoopRef> loops = schedule.getLoops(copy);
    LoopRef all = schedule.fuse(loops.get(loops.size() - 2), loops.getLast());
    List<LoopRef> parts = schedule.split(all, null, tiling.warps(), 32, 8);
    schedule.bind(parts.get(1), "threadIdx.y");
    schedule.bind(parts.get(2), "threadIdx.x");
    schedule.vectorize(parts.get(3));
  }

  private static void inTiles(Schedule schedule, BlockRef copy) {
    List<LoopRef> loops = schedule.getLoops(copy);
    List<LoopRef> x = schedule.split(loops.get(loops.size() - 2), null, 16);
    List<LoopRef> y = schedule.split(loops.getLast(), null, 16);
    schedule.reorder(x.get(0), y.get(0), x.get(1), y.get(1));
  }
}
