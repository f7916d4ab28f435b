package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.InstructionKind;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.lowering.simt.SimtCounts;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrix products on tensor cores, lowered for CUDA and run on the SIMT interpreter. */
class TensorCoreGpuTest {
  /** Of many cores, small products get small tiles each; of one core, the largest. */
  private static final Target MANY = Target.parse("cuda:sm_80");

  private static final Target ONE = Target.parse("cuda:sm_80 -cores=1");

  private static final Target HOPPER = Target.parse("cuda:sm_90a -cores=1");

  static PrimFunc matmul(
      int m, int n, int k, String dtype, String sums, boolean leftTurned, boolean rightTurned) {
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
                m,
                n,
                k,
                leftTurned ? k + ", " + m : m + ", " + k,
                rightTurned ? n + ", " + k : k + ", " + n,
                dtype,
                sums,
                leftTurned ? "vk, vi" : "vi, vk",
                rightTurned ? "vj, vk" : "vk, vj"));
  }

  /** A batch of products with float16 results, a bias, and negative values cut off. */
  private static PrimFunc batchedWithEpilogue(int batch, int m, int n, int k) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def matmul(A: T.Buffer((%1$d, %2$d, %4$d), "float16"),
                   B: T.Buffer((%1$d, %4$d, %3$d), "float16"), bias: T.Buffer((%3$d,), "float16"),
                   R: T.Buffer((%1$d, %2$d, %3$d), "float16")):
            C = T.alloc_buffer((%1$d, %2$d, %3$d), "float32")
            H = T.alloc_buffer((%1$d, %2$d, %3$d), "float16")
            for b, i, j, k in T.grid(%1$d, %2$d, %3$d, %4$d):
                with T.block("C"):
                    vb, vi, vj, vk = T.axis.remap("SSSR", [b, i, j, k])
                    with T.init():
                        C[vb, vi, vj] = T.float32(0)
                    C[vb, vi, vj] = C[vb, vi, vj] + T.cast(A[vb, vi, vk], "float32") \
        * T.cast(B[vb, vk, vj], "float32")
            for b, i, j in T.grid(%1$d, %2$d, %3$d):
                with T.block("H"):
                    vb, vi, vj = T.axis.remap("SSS", [b, i, j])
                    H[vb, vi, vj] = T.cast(C[vb, vi, vj], "float16")
            for b, i, j in T.grid(%1$d, %2$d, %3$d):
                with T.block("R"):
                    vb, vi, vj = T.axis.remap("SSS", [b, i, j])
                    R[vb, vi, vj] = T.max(H[vb, vi, vj] + bias[vj], T.float16(0))
        """
            .formatted(batch, m, n, k));
  }

  private static PrimFunc scheduled(PrimFunc function, Target target) {
    DefaultSchedules.Decision decision = DefaultSchedules.decide(function, target);
    assertThat(decision.steps().stream().map(DefaultSchedules.Step::rule))
        .as("%s", decision.steps())
        .containsExactly("tensor-core-gpu");
    return decision.function();
  }

  private static void assertRight(PrimFunc function, Target target) {
    PrimFunc scheduled = scheduled(function, target);
    assertThat(SimtChecks.problems(function, scheduled, target))
        .as(() -> TvmScript.print(scheduled))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 64, float16, float32, false, false",
    "64, 32, 64, bfloat16, float32, true, true",
    "32, 64, 128, int8, int32, false, true",
    "64, 32, 128, uint8, int32, true, false",
    "32, 32, 64, float16, float16, false, true",
    "50, 70, 90, float16, float32, false, false",
    "33, 65, 72, bfloat16, float32, true, false",
    "17, 19, 23, float16, float32, false, true",
    "21, 40, 77, int8, int32, false, false"
  })
  void products(int m, int n, int k, String dtype, String sums, boolean left, boolean right) {
    assertRight(matmul(m, n, k, dtype, sums, left, right), MANY);
  }

  @ParameterizedTest
  @CsvSource({"128, 128, 160, true", "200, 130, 72, false"})
  void largeTiles(int m, int n, int k, boolean right) {
    assertRight(matmul(m, n, k, "float16", "float32", false, right), ONE);
  }

  @ParameterizedTest
  @CsvSource({"2, 32, 32, 64", "3, 20, 40, 24"})
  void batchesAndEpiloguesInOneKernel(int batch, int m, int n, int k) {
    PrimFunc function = batchedWithEpilogue(batch, m, n, k);
    assertRight(function, MANY);
    assertThat(Lowering.lower(scheduled(function, MANY), MANY).launches()).hasSize(1);
  }

  /** {@code wgmma}; products that it is too large for, or whose left factor is turned, aren't. */
  @ParameterizedTest
  @CsvSource({
    "128, 128, 192, float16, false, true, true",
    "128, 64, 128, float16, false, false, true",
    "64, 256, 64, bfloat16, false, false, true",
    "100, 130, 90, bfloat16, false, true, true",
    "70, 150, 77, float16, false, false, true",
    "64, 64, 64, float16, true, false, false",
    "40, 64, 64, float16, false, false, false"
  })
  void warpGroups(
      int m, int n, int k, String dtype, boolean left, boolean right, boolean inGroups) {
    PrimFunc function = matmul(m, n, k, dtype, "float32", left, right);
    PrimFunc scheduled = scheduled(function, HOPPER);
    assertThat(TvmScript.print(scheduled).contains("T.ptx_wgmma(")).isEqualTo(inGroups);
    assertThat(SimtChecks.problems(function, scheduled, HOPPER))
        .as(() -> TvmScript.print(scheduled))
        .isEmpty();
  }

  @Test
  void sharedMemoryHasNoBankConflicts() {
    for (boolean left : List.of(false, true)) {
      for (boolean right : List.of(false, true)) {
        PrimFunc function = matmul(64, 64, 64, "float16", "float32", left, right);
        SimtCounts counts = SimtChecks.counts(scheduled(function, ONE), ONE).getFirst();
        assertThat(counts.sharedLoads().requests()).isPositive();
        assertThat(counts.sharedLoads().bankConflicts()).isZero();
        assertThat(counts.globalLoads().sectors()).isEqualTo(counts.globalLoads().idealSectors());
        assertThat(counts.globalStores().sectors()).isEqualTo(counts.globalStores().idealSectors());
      }
    }
  }

  @Test
  void everyStepCopiesAsynchronously() {
    PrimFunc function = matmul(64, 64, 256, "float16", "float32", false, true);
    SimtCounts counts = SimtChecks.counts(scheduled(function, ONE), ONE).getFirst();
    // 16 bytes a thread: 2 factors of 64 × 256 float16.
    assertThat(counts.globalLoads().requests()).isEqualTo(2 * 64 * 256 / 8 / 32);
    assertThat(counts.instructions(InstructionKind.SHARED_STORE)).isZero();
  }

  @Test
  void productsThatTensorCoresDoNotComputeAreLeftToOtherRules() {
    for (PrimFunc function :
        List.of(
            matmul(64, 64, 64, "float32", "float32", false, false),
            matmul(64, 64, 64, "float64", "float64", false, false),
            matmul(64, 8, 64, "float16", "float32", false, false))) {
      assertThat(DefaultSchedules.decide(function, MANY).steps().getFirst().rule())
          .isNotEqualTo("tensor-core-gpu");
    }
    assertThat(
            DefaultSchedules.decide(
                    matmul(64, 64, 64, "float16", "float32", false, false),
                    Target.parse("cuda:sm_70"))
                .steps()
                .getFirst()
                .rule())
        .isNotEqualTo("tensor-core-gpu");
  }
}
