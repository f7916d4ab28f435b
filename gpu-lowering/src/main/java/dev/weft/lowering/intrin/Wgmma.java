package dev.weft.lowering.intrin;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.FragmentLayout.Order;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;

/**
 * The intrinsics of {@code wgmma} (sm_90a, "Asynchronous Warpgroup Level Matrix Multiply-Accumulate
 * Instructions" in the PTX ISA): four warps together multiply 64 rows with {@code columns} columns
 * that both lie in shared memory, in rows of 128 bytes whose pieces of 16 are permuted ({@code
 * permuted_layout}, the hardware's 128-byte swizzle).
 *
 * <p>Described from the point of view of one warp, which gets the 16 rows of sums that are its own;
 * its three neighbours have to do the same with the rows next to them, at the same time.
 *
 * @param factors float16 or bfloat16
 * @param columns columns of one instruction: a multiple of 64 up to 256
 */
public record Wgmma(DType factors, int columns) {
  /** Warps that work together. */
  public static final int WARPS = 4;

  /** Terms of the sum of one step: a row of 128 bytes. */
  public static final int DEPTH = 64;

  /** How a warp's sums lie. */
  public FragmentLayout sums() {
    return new FragmentLayout(Order.ROWS, 2, columns);
  }

  /**
   * The layout in shared memory of a right factor that is stored as terms by columns: panels of 64
   * columns, so that a row of a panel has 128 bytes.
   */
  public static IndexMap panels(int rank, int columnAt) {
    List<Var> inputs = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      inputs.add(Var.int32("i" + i));
    }
    Var column = inputs.get(columnAt);
    List<Expr> outputs = new ArrayList<>(inputs);
    outputs.remove(columnAt);
    outputs.add(columnAt - 1, Expr.floorDiv(column, DEPTH));
    outputs.add(Expr.floorMod(column, DEPTH));
    return new IndexMap(inputs, outputs);
  }

  private String sum() {
    Var i = Var.int32("vi");
    Var j = Var.int32("vj");
    FragmentLayout layout = sums();
    return "C["
        + TvmScript.print(layout.lane(i, j))
        + ", "
        + TvmScript.print(layout.register(i, j))
        + "]";
  }

  private static TensorIntrin intrinsic(String name, String description, String implementation) {
    return new TensorIntrin(
        name, TvmScript.parseFunction(description), TvmScript.parseFunction(implementation));
  }

  /** Sets a warp's sums to zero. */
  public TensorIntrin fill() {
    int registers = sums().registers();
    String header =
        """
        @T.prim_func
        def fill(c: T.handle):
            C = T.match_buffer(c, (32, %1$d), "float32", align=64, offset_factor=%1$d, scope="warp")
            with T.block("root"):
                T.reads()
                T.writes(C[0:32, 0:%1$d])
        """
            .formatted(registers);
    String description =
        """
                for i, j in T.grid(16, %1$d):
                    with T.block("fill"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        T.reads()
                        T.writes(%2$s)
                        %2$s = T.float32(0)
        """
            .formatted(columns, sum());
    String implementation =
        """
                for tx in T.thread_binding(32, thread="threadIdx.x"):
                    T.evaluate(T.mma_fill(
                        %1$d, C.data, C.elem_offset + tx * %1$d, dtype="float32"))
        """
            .formatted(registers);
    return intrinsic(
        "wgmma_fill_16x" + columns + "_f32", header + description, header + implementation);
  }

  /**
   * Adds a product of {@link #DEPTH} terms.
   *
   * @param rightTransposed whether the right factor is stored as columns by terms; if not, it lies
   *     in {@link #panels}
   */
  public TensorIntrin multiply(boolean rightTransposed) {
    int registers = sums().registers();
    String shape =
        rightTransposed ? columns + ", " + DEPTH : columns / DEPTH + ", " + DEPTH + ", " + DEPTH;
    String region = "0:" + shape.replace(", ", ", 0:");
    String header =
        """
        @T.prim_func
        def multiply(a: T.handle, b: T.handle, c: T.handle):
            A = T.match_buffer(
                a, (16, %1$d), "%2$s", align=64, offset_factor=%1$d, scope="shared")
            B = T.match_buffer(
                b, (%3$s), "%2$s", align=64, offset_factor=%1$d, scope="shared")
            C = T.match_buffer(c, (32, %4$d), "float32", align=64, offset_factor=%4$d, scope="warp")
            with T.block("root"):
                T.reads(C[0:32, 0:%4$d], A[0:16, 0:%1$d], B[%5$s])
                T.writes(C[0:32, 0:%4$d])
        """
            .formatted(DEPTH, factors, shape, registers, region);
    String right = rightTransposed ? "B[vj, vk]" : "B[vj // 64, vk, vj % 64]";
    String description =
        """
                for i, j, k in T.grid(16, %1$d, %2$d):
                    with T.block("multiply"):
                        vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                        T.reads(%3$s, A[vi, vk], %4$s)
                        T.writes(%3$s)
                        %3$s = %3$s + T.cast(A[vi, vk], "float32") * T.cast(%4$s, "float32")
        """
            .formatted(columns, DEPTH, sum(), right);
    StringBuilder calls = new StringBuilder();
    calls.append("for tx in T.thread_binding(32, thread=\"threadIdx.x\"):\n");
    calls.append("    T.evaluate(T.ptx_wgmma_fence())\n");
    for (int step = 0; step < DEPTH / 16; step++) {
      // The four warps name the first of their 64 rows.
      calls.append(
          """
              T.evaluate(T.ptx_wgmma(
                  "m64n%1$dk16", "%2$s", T.bool(%3$s), C.data, C.elem_offset + tx * %4$d,
                  A.data, A.elem_offset // %5$d * %5$d + %6$d, B.data, B.elem_offset + %7$d))
          """
              .formatted(
                  columns,
                  factors,
                  rightTransposed ? "False" : "True",
                  registers,
                  16 * WARPS * DEPTH,
                  step * 16,
                  step * 16 * (rightTransposed ? 1 : DEPTH)));
    }
    calls.append("    T.evaluate(T.ptx_wgmma_commit_group())\n");
    calls.append(
        "    T.evaluate(T.ptx_wgmma_wait_group(0, C.data, C.elem_offset + tx * %1$d, %1$d))\n"
            .formatted(registers));
    String name =
        "wgmma_m64n%dk16_%s_f32%s"
            .formatted(
                columns,
                factors.equals(DType.BFLOAT16) ? "bf16" : "f16",
                rightTransposed ? "_trans_b" : "");
    return intrinsic(name, header + description, header + calls.toString().indent(8));
  }
}
