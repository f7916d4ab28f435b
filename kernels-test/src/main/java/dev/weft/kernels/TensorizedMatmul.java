package dev.weft.kernels;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import java.util.List;

/**
 * {@code C = A · Bᵀ} for an accelerator that multiplies 16 by 16 tiles out of registers of its own:
 * a schedule that goes from {@link CoursePrograms#matmulTransposed} to blocks that are exactly what
 * the accelerator does, and then puts its instruction in their place.
 */
public final class TensorizedMatmul {
  private TensorizedMatmul() {}

  /**
   * The schedule's handles.
   *
   * @param product the block that multiplies two tiles
   * @param i the loop over rows of tiles
   * @param j the loop over columns of tiles
   * @param k the loop over the tiles that are summed up
   */
  public record Tiles(BlockRef product, LoopRef i, LoopRef j, LoopRef k) {}

  /** Makes a block of each product of tiles, which hides its loops. */
  public static Tiles blockized(Schedule schedule) {
    BlockRef block = schedule.getBlock("matmul");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, 16);
    List<LoopRef> j = schedule.split(loops.get(1), null, 16);
    List<LoopRef> k = schedule.split(loops.get(2), null, 16);
    schedule.reorder(i.get(0), j.get(0), k.get(0), i.get(1), j.get(1), k.get(1));
    BlockRef product = schedule.blockize(i.get(1));
    return new Tiles(product, i.get(0), j.get(0), k.get(0));
  }

  /** Has the tiles go through the accelerator's registers. */
  public static void staged(Schedule schedule, Tiles tiles) {
    BlockRef left = schedule.cacheRead(tiles.product(), 0, "global.A_reg");
    BlockRef right = schedule.cacheRead(tiles.product(), 1, "global.B_reg");
    schedule.computeAt(left, tiles.k());
    schedule.computeAt(right, tiles.k());
    BlockRef result = schedule.cacheWrite(tiles.product(), 0, "global.accumulator");
    schedule.reverseComputeAt(result, tiles.j());
  }

  /**
   * What the instruction computes.
   *
   * @param right how it reads the right tile: {@code vjj, vkk} is the transposed one
   */
  static PrimFunc description(String right) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def tmm16_description(a: T.handle, b: T.handle, c: T.handle) -> None:
            A = T.match_buffer(a, (16, 16), "float32", offset_factor=16, scope="global.A_reg")
            B = T.match_buffer(b, (16, 16), "float32", offset_factor=16, scope="global.B_reg")
            C = T.match_buffer(c, (16, 16), "float32", offset_factor=16, scope="global.accumulator")
            with T.block("root"):
                T.reads(C[0:16, 0:16], A[0:16, 0:16], B[0:16, 0:16])
                T.writes(C[0:16, 0:16])
                for i, j, k in T.grid(16, 16, 16):
                    with T.block(""):
                        vii, vjj, vkk = T.axis.remap("SSR", [i, j, k])
                        C[vii, vjj] = C[vii, vjj] + A[vii, vkk] * B[%s]
        """
            .formatted(right));
  }

  /** The instruction: a call of a function with pointers to the tiles and their row strides. */
  static PrimFunc implementation() {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def tmm16_implementation(a: T.handle, b: T.handle, c: T.handle) -> None:
            sa = T.int32()
            sb = T.int32()
            sc = T.int32()
            A = T.match_buffer(
                a, (16, 16), "float32", offset_factor=16, strides=[sa, 1], scope="global.A_reg")
            B = T.match_buffer(
                b, (16, 16), "float32", offset_factor=16, strides=[sb, 1], scope="global.B_reg")
            C = T.match_buffer(
                c, (16, 16), "float32", offset_factor=16, strides=[sc, 1],
                scope="global.accumulator")
            with T.block("root"):
                T.reads(C[0:16, 0:16], A[0:16, 0:16], B[0:16, 0:16])
                T.writes(C[0:16, 0:16])
                T.evaluate(
                    T.call_extern(
                        "int32", "tmm16", C.access_ptr("w"), A.access_ptr("r"),
                        B.access_ptr("r"), sa, sb, sc))
        """);
  }
}
