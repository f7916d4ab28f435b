package dev.weft.lowering.intrin;

import dev.weft.base.DType;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.script.TvmScript;

/** The dot product of four 8-bit integers in one instruction ({@code dp4a}, sm_61 and later). */
final class Dp4a {
  private Dp4a() {}

  /**
   * As TVM's {@code dp4a_s8s8s32} and {@code dp4a_u8u8u32}: factors in shared memory, the sum in a
   * register.
   */
  static TensorIntrin intrinsic(DType factors) {
    boolean signed = factors.equals(DType.INT8);
    String sums = signed ? "int32" : "uint32";
    String header =
        """
        @T.prim_func
        def dp4a(a: T.handle, b: T.handle, c: T.handle):
            A = T.match_buffer(a, (4,), "%1$s", offset_factor=1, align=4, scope="shared")
            B = T.match_buffer(b, (4,), "%1$s", offset_factor=1, align=4, scope="shared")
            C = T.match_buffer(c, (1,), "%2$s", offset_factor=1, align=4, scope="local")
            with T.block("root"):
                T.reads(C[0], A[0:4], B[0:4])
                T.writes(C[0])
        """
            .formatted(factors, sums);
    String description =
        """
                for i in range(4):
                    with T.block("update"):
                        vi = T.axis.remap("R", [i])
                        C[0] = C[0] + T.cast(A[vi], "%1$s") * T.cast(B[vi], "%1$s")
        """
            .formatted(sums);
    String implementation =
        """
                C[0] = T.dp4a(A[0:4], B[0:4], C[0])
        """;
    String name = signed ? "dp4a_s8s8s32" : "dp4a_u8u8u32";
    return new TensorIntrin(
        name,
        TvmScript.parseFunction(header + description),
        TvmScript.parseFunction(header + implementation));
  }
}
