package dev.weft.kernels;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Pointer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.script.TvmScript;
import java.util.List;

/**
 * {@code C = A · Bᵀ} for an accelerator that multiplies 16 by 16 tiles out of registers of its own:
 * a schedule that goes from {@link CoursePrograms#matmulTransposed} to blocks that are exactly what
 * the accelerator does, and then puts its instruction in their place.
 */
public final class TensorizedMatmul {
  /** The instruction as a call of a function that gets pointers to the tiles and row strides. */
  public static final TensorIntrin TMM16 =
      new TensorIntrin(
          "tmm16",
          description("vjj, vkk"),
          implementation(
              """
              T.evaluate(
                  T.call_extern(
                      "int32", "tmm16", C.access_ptr("w"), A.access_ptr("r"), B.access_ptr("r"),
                      sa, sb, sc))
              """));

  /** The same instruction as loops, for devices that don't have it. */
  public static final TensorIntrin TMM16_IN_LOOPS =
      new TensorIntrin(
          "tmm16",
          description("vjj, vkk"),
          implementation(
              """
              for i, j, k in T.grid(16, 16, 16):
                  C[i, j] = C[i, j] + A[i, k] * B[j, k]
              """));

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

  /** All of it: blocks, registers, and the instruction in the place of the blocks. */
  public static Schedule tensorized(PrimFunc function, TensorIntrin instruction) {
    Schedule schedule = Schedule.of(function);
    Tiles tiles = blockized(schedule);
    staged(schedule, tiles);
    schedule.decomposeReduction(tiles.product(), tiles.k());
    schedule.tensorize(tiles.product(), instruction);
    return schedule;
  }

  /**
   * What the instruction computes.
   *
   * @param right the indices into the right tile: {@code vjj, vkk} for the transposed one
   */
  public static PrimFunc description(String right) {
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

  private static PrimFunc implementation(String body) {
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
        """
            + body.indent(8));
  }

  /**
   * The function that {@link #TMM16} calls, for the interpreter.
   *
   * @param args pointers to tiles of C, A and B, and the row strides of A, B and C
   * @return 0
   */
  public static Number multiplyTiles(List<Object> args) {
    Pointer c = (Pointer) args.get(0);
    Pointer a = (Pointer) args.get(1);
    Pointer b = (Pointer) args.get(2);
    long strideA = (Long) args.get(3);
    long strideB = (Long) args.get(4);
    long strideC = (Long) args.get(5);
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        float sum = (float) c.get(i * strideC + j);
        for (int k = 0; k < 16; k++) {
          sum += (float) a.get(i * strideA + k) * (float) b.get(j * strideB + k);
        }
        c.set(i * strideC + j, sum);
      }
    }
    return 0L;
  }
}
