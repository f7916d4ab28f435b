package dev.weft.lowering;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;

/** A loop that copies two operands to shared memory and sums up their products, to be pipelined. */
public final class PipelinedFunctions {
  private PipelinedFunctions() {}

  /** A kernel of 32 threads whose loop over 16 steps has the given annotations. */
  public static PrimFunc loop(String annotations, int steps) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((%2$s, 128), "float32"), B: T.Buffer((%2$s, 128), "float32"),
                 C: T.Buffer((128,), "float32")):
            for tx in T.thread_binding(32, thread="threadIdx.x"):
                with T.block("root"):
                    acc = T.alloc_buffer((4,), "float32", scope="local")
                    S = T.alloc_buffer((128,), "float32", scope="shared")
                    R = T.alloc_buffer((128,), "float32", scope="shared")
                    for i in range(4):
                        with T.block("init"):
                            vi = T.axis.spatial(4, i)
                            acc[vi] = T.float32(0)
                    for k in T.serial(%2$s, annotations={%1$s}):
                        for v in T.vectorized(4):
                            with T.block("S"):
                                vk = T.axis.spatial(%2$s, k)
                                vj = T.axis.spatial(128, tx * 4 + v)
                                S[vj] = A[vk, vj]
                        for v in T.vectorized(4):
                            with T.block("R"):
                                vk = T.axis.spatial(%2$s, k)
                                vj = T.axis.spatial(128, tx * 4 + v)
                                R[vj] = B[vk, vj]
                        for i in range(4):
                            with T.block("update"):
                                vi = T.axis.spatial(4, i)
                                acc[vi] = acc[vi] + S[127 - (tx * 4 + vi)] * R[127 - (tx + vi * 32)]
                    for i in range(4):
                        with T.block("C"):
                            vi = T.axis.spatial(4, i)
                            C[tx * 4 + vi] = acc[vi]
        """
            .formatted(annotations, steps));
  }

  /** What the kernel computes, in the plainest form. */
  public static PrimFunc reference(int steps) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((%1$s, 128), "float32"), B: T.Buffer((%1$s, 128), "float32"),
                 C: T.Buffer((128,), "float32")):
            for c, k in T.grid(128, %1$s):
                with T.block("C"):
                    vc, vk = T.axis.remap("SR", [c, k])
                    with T.init():
                        C[vc] = T.float32(0)
                    C[vc] = C[vc] + A[vk, 127 - vc] * B[vk, 127 - (vc // 4 + vc %% 4 * 32)]
        """
            .formatted(steps));
  }

  /** The annotations of a pipelined loop; {@code async} may be empty. */
  public static String stages(String stages, String order, String async) {
    return "\"software_pipeline_stage\": "
        + stages
        + ", \"software_pipeline_order\": "
        + order
        + (async.isEmpty() ? "" : ", \"software_pipeline_async_stages\": " + async);
  }
}
