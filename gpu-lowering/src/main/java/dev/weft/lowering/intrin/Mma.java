package dev.weft.lowering.intrin;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.FragmentLayout.Order;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.script.TvmScript;
import java.util.Locale;

/**
 * The intrinsics of one kind of {@code mma.sync}: 16 by 16 sums of the products of 16 rows and 16
 * columns, {@code k} terms at a time, which are two instructions m16n8k{8,16,32}.
 *
 * @param factors the type of both factors: 16-bit floats, 8-bit integers and floats, or float32,
 *     which the tensor cores take as tf32
 * @param sums the type of the sums
 */
public record Mma(DType factors, DType sums) {
  private static final int LANES = FragmentLayout.LANES;

  /** Whether tensor cores from sm_80 on multiply these types ({@code float8} from sm_89 on). */
  public static boolean exists(DType factors, DType sums) {
    return switch (factors.code()) {
      case FLOAT ->
          (factors.bits() == 16 && sums.isFloat() && sums.bits() <= 32)
              || (factors.bits() == 32 && sums.equals(DType.FLOAT32));
      case BFLOAT, FLOAT8_E4M3, FLOAT8_E5M2 -> sums.equals(DType.FLOAT32);
      case INT, UINT -> factors.bits() == 8 && sums.equals(DType.INT32);
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          BOOL,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          false;
    };
  }

  /** Terms of the sum that one product takes: 32 bytes. */
  public int depth() {
    return 256 / factors.bits();
  }

  private int together() {
    return 32 / factors.bits();
  }

  /**
   * Whether {@code ldmatrix} brings a factor from shared memory: it takes rows along the sum as
   * they are, and turns pieces of 16 bits only.
   *
   * @param alongSum whether neighbours in memory are neighbours along the sum
   */
  public boolean loadsMatrices(boolean alongSum) {
    return alongSum || factors.bits() == 16;
  }

  /** How the left factor lies; {@code transposed} if it is stored as terms by rows. */
  public FragmentLayout left(boolean transposed) {
    Order order = loadsMatrices(!transposed) ? Order.ROWS : Order.COLUMNS_OF_LEFT;
    return new FragmentLayout(order, together(), depth());
  }

  /** How the right factor lies; {@code transposed} if it is stored as columns by terms. */
  public FragmentLayout right(boolean transposed) {
    Order order = loadsMatrices(transposed) ? Order.ROWS : Order.COLUMNS_OF_RIGHT;
    return new FragmentLayout(order, together(), depth());
  }

  /** Short names as in TVM's intrinsics. */
  private static String name(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT -> "f" + dtype.bits();
      case BFLOAT -> "bf" + dtype.bits();
      case INT -> "i" + dtype.bits();
      case UINT -> "u" + dtype.bits();
      case FLOAT8_E4M3 -> "e4m3";
      case FLOAT8_E5M2 -> "e5m2";
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          BOOL,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          dtype.toString();
    };
  }

  /** Loads the left factor from shared memory. */
  public TensorIntrin loadLeft(boolean transposed, String scope) {
    String order =
        transposed ? "tx // 16 * 8 + tx % 8, tx // 8 % 2 * 8" : "tx % 16, tx // 16 * HALF";
    return load("a", left(transposed), transposed, transposed, order, scope);
  }

  /** Loads the right factor from shared memory. */
  public TensorIntrin loadRight(boolean transposed, String scope) {
    String order =
        transposed ? "tx // 16 * 8 + tx % 8, tx // 8 % 2 * HALF" : "tx % 16, tx // 16 * 8";
    return load("b", right(transposed), transposed, !transposed, order, scope);
  }

  /**
   * @param turned whether the matrices are transposed on the way
   * @param place row and column of the 16 bytes that lane {@code tx} names
   */
  private TensorIntrin load(
      String which,
      FragmentLayout layout,
      boolean transposed,
      boolean turned,
      String place,
      String scope) {
    String name =
        "mma_ldmatrix_"
            + name(factors)
            + "_"
            + which
            + (transposed ? "_trans" : "")
            + (scope.equals("shared.dyn") ? "_dyn" : "");
    String[] at = place.replace("HALF", String.valueOf(4 * together())).split(", ", -1);
    boolean matrices = layout.order() == Order.ROWS;
    String implementation =
        matrices
            ? """
            T.evaluate(T.ptx_ldmatrix(
                "%s", T.bool(%s), 4, ".b16", W.data, W.elem_offset + tx * %d,
                S.data, S.elem_offset + (%s) * s0 + (%s)))
            """
                .formatted(factors, turned ? "True" : "False", layout.registers(), at[0], at[1])
            // No instruction turns elements of this size: each lane fetches its own.
            : """
            for r in T.unroll(%d):
                W[tx, r] = S[%s, %s]
            """
                .formatted(
                    layout.registers(),
                    text(layout.row(TX, REGISTER)),
                    text(layout.column(TX, REGISTER)));
    String shape = layout.rows() + ", " + layout.columns();
    String all = "0:" + layout.rows() + ", 0:" + layout.columns();
    String header =
        """
        @T.prim_func
        def load(w: T.handle, s: T.handle):
            %%s
            W = T.match_buffer(w, (32, %1$d), "%2$s", align=64, offset_factor=%3$d, scope="warp")
            S = T.match_buffer(
                s, (%4$s), "%2$s", align=64, offset_factor=%3$d, scope="%5$s"%%s)
            with T.block("root"):
                T.reads(S[%6$s])
                T.writes(W[0:32, 0:%1$d])
        """
            .formatted(layout.registers(), factors, layout.registers(), shape, scope, all);
    String description =
        """
        for i, j in T.grid(%s):
            with T.block("load"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(S[vi, vj])
                T.writes(W[%2$s])
                W[%2$s] = S[vi, vj]
        """
            .formatted(shape, element(layout, "vi", "vj"));
    return intrinsic(
        name,
        header.formatted("", "") + description.indent(8),
        header.formatted("s0 = T.int32()\n    s1 = T.int32()", ", strides=[s0, s1]")
            + byLane(implementation).indent(8));
  }

  private static final Var TX = Var.int32("tx");
  private static final Var REGISTER = Var.int32("r");

  private static String text(Expr expr) {
    return TvmScript.print(expr);
  }

  private static String element(FragmentLayout layout, String row, String column) {
    Var i = Var.int32(row);
    Var j = Var.int32(column);
    return text(layout.lane(i, j)) + ", " + text(layout.register(i, j));
  }

  private static String byLane(String body) {
    return "for tx in T.thread_binding(32, thread=\"threadIdx.x\"):\n" + body.indent(4);
  }

  private static TensorIntrin intrinsic(String name, String description, String implementation) {
    return new TensorIntrin(
        name, TvmScript.parseFunction(description), TvmScript.parseFunction(implementation));
  }

  /** Sets 16 by 16 sums to zero. */
  public TensorIntrin fill() {
    String header =
        """
        @T.prim_func
        def fill(c: T.handle):
            C = T.match_buffer(c, (32, 8), "%1$s", align=64, offset_factor=8, scope="warp")
            with T.block("root"):
                T.reads()
                T.writes(C[0:32, 0:8])
        """
            .formatted(sums);
    String description =
        """
        for i, j in T.grid(16, 16):
            with T.block("fill"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(C[%1$s])
                C[%1$s] = T.%2$s(0)
        """
            .formatted(element(FragmentLayout.SUMS, "vi", "vj"), sums);
    String implementation =
        byLane(
            "T.evaluate(T.mma_fill(8, C.data, C.elem_offset + tx * 8, dtype=\"%s\"))\n"
                .formatted(sums));
    return intrinsic(
        "mma_fill_16x16_" + name(sums),
        header + description.indent(8),
        header + implementation.indent(8));
  }

  /**
   * Adds a product.
   *
   * @param leftTransposed whether the left factor was stored as terms by rows
   * @param rightTransposed whether the right factor was stored as columns by terms
   */
  public TensorIntrin multiply(boolean leftTransposed, boolean rightTransposed) {
    String name =
        "mma_"
            + name(factors)
            + name(factors)
            + name(sums)
            + (leftTransposed ? "_trans_a" : "")
            + (rightTransposed ? "_trans_b" : "");
    FragmentLayout a = left(leftTransposed);
    FragmentLayout b = right(rightTransposed);
    int n = a.registers();
    String header =
        """
        @T.prim_func
        def multiply(a: T.handle, b: T.handle, c: T.handle):
            A = T.match_buffer(a, (32, %1$d), "%2$s", align=64, offset_factor=%1$d, scope="warp")
            B = T.match_buffer(b, (32, %1$d), "%2$s", align=64, offset_factor=%1$d, scope="warp")
            C = T.match_buffer(c, (32, 8), "%3$s", align=64, offset_factor=8, scope="warp")
            with T.block("root"):
                T.reads(C[0:32, 0:8], A[0:32, 0:%1$d], B[0:32, 0:%1$d])
                T.writes(C[0:32, 0:8])
        """
            .formatted(n, factors, sums);
    String sum = "C[" + element(FragmentLayout.SUMS, "vi", "vj") + "]";
    String left = "A[" + (leftTransposed ? element(a, "vk", "vi") : element(a, "vi", "vk")) + "]";
    String right = "B[" + (rightTransposed ? element(b, "vj", "vk") : element(b, "vk", "vj")) + "]";
    String description =
        """
        for i, j, k in T.grid(16, 16, %1$d):
            with T.block("multiply"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(%2$s, %3$s, %4$s)
                T.writes(%2$s)
                %2$s = %2$s + %5$s * %6$s
        """
            .formatted(depth(), sum, left, right, wide(left), wide(right));
    StringBuilder calls = new StringBuilder();
    for (int half = 0; half < 2; half++) {
      calls.append(
          """
          T.evaluate(T.ptx_mma(
              "%1$s", "m16n8k%2$d", "row", "col", "%3$s", "%3$s", "%4$s",
              A.data, A.elem_offset + tx * %5$d, B.data, B.elem_offset + tx * %5$d + %6$d,
              C.data, C.elem_offset + tx * 8 + %7$d, False))
          """
              .formatted(sums, depth(), ptx(factors), ptx(sums), n, half * n / 2, half * 4));
    }
    return intrinsic(
        name, header + description.indent(8), header + byLane(calls.toString()).indent(8));
  }

  /** What a factor's element is before it is multiplied. */
  private String wide(String element) {
    return factors.equals(sums) ? element : "T.cast(" + element + ", \"" + sums + "\")";
  }

  /** As the PTX calls of TVM's scripts name types. */
  private static String ptx(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT -> "fp" + dtype.bits();
      case BFLOAT, INT, UINT -> dtype.toString().toLowerCase(Locale.ROOT);
      case FLOAT8_E4M3, FLOAT8_E5M2 -> name(dtype);
      case FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          BOOL,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          dtype.toString();
    };
  }

  /** Writes 16 by 16 sums to memory. */
  public TensorIntrin store(String scope) {
    String header =
        """
        @T.prim_func
        def store(c: T.handle, d: T.handle):
            %%s
            C = T.match_buffer(c, (32, 8), "%1$s", align=64, offset_factor=8, scope="warp")
            D = T.match_buffer(d, (16, 16), "%1$s", align=64, offset_factor=1, scope="%2$s"%%s)
            with T.block("root"):
                T.reads(C[0:32, 0:8])
                T.writes(D[0:16, 0:16])
        """
            .formatted(sums, scope);
    String description =
        """
        for i, j in T.grid(16, 16):
            with T.block("store"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(C[%1$s])
                T.writes(D[vi, vj])
                D[vi, vj] = C[%1$s]
        """
            .formatted(element(FragmentLayout.SUMS, "vi", "vj"));
    String implementation =
        """
        T.evaluate(T.mma_store(
            16, 16, D.access_ptr("w"), C.data, C.elem_offset + tx * 8, s0, dtype="%s"))
        """
            .formatted(sums);
    return intrinsic(
        "mma_store_16x16_" + name(sums) + "_" + scope.replace('.', '_') + "_",
        header.formatted("", "") + description.indent(8),
        header.formatted("s0 = T.int32()\n    s1 = T.int32()", ", strides=[s0, s1]")
            + byLane(implementation).indent(8));
  }

  /** The lanes of a warp, for schedules that bind them. */
  public static int lanes() {
    return LANES;
  }
}
