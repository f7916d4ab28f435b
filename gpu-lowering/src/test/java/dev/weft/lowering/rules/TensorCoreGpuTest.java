package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products on tensor cores, on the SIMT interpreter. */
class TensorCoreGpuTest {
  private static final Target TARGET = Target.parse("cuda:sm_80");

  private static PrimFunc matmul(int m, int n, int k, String dtype, String sums, boolean ta, boolean tb) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def matmul(A: T.Buffer((%4$s), "%6$s"), B: T.Buffer((%5$s), "%6$s"),
                   C: T.Buffer((%1$d, %2$d), "%7$s")):
            for i, j, k in T.grid(%1$d, %2$d, %3$d):
                with T.block("C"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        C[vi, vj] = T.%7$s(0)
                    C[vi, vj] = C[vi, vj] + T.cast(A[%8$s], "%7$s") * T.cast(B[%9$s], "%7$s")
        """
            .formatted(
                m, n, k, ta ? k + ", " + m : m + ", " + k, tb ? n + ", " + k : k + ", " + n,
                dtype, sums, ta ? "vk, vi" : "vi, vk", tb ? "vj, vk" : "vk, vj"));
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 64, float16, float32, false, false",
    "64, 64, 64, float16, float32, false, true",
    "64, 64, 64, float16, float32, true, false",
    "64, 64, 64, bfloat16, float32, true, true",
    "64, 64, 128, int8, int32, false, true",
    "64, 64, 128, int8, int32, true, false",
    "50, 70, 90, float16, float32, false, false",
    "33, 65, 72, float16, float32, false, true",
    "17, 19, 23, float16, float32, false, true",
  })
  void products(int m, int n, int k, String dtype, String sums, boolean ta, boolean tb) {
    PrimFunc function = matmul(m, n, k, dtype, sums, ta, tb);
    DefaultSchedules.Decision decision = DefaultSchedules.decide(function, TARGET);
    assertThat(decision.steps().getFirst().rule())
        .as("%s", decision.steps())
        .isEqualTo("tensor-core-gpu");
    assertThat(SimtChecks.problems(function, decision.function(), TARGET))
        .as(() -> TvmScript.print(decision.function()))
        .isEmpty();
  }
}
