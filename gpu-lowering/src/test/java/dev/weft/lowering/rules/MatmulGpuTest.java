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

/** Matrix products on the arithmetic units of threads, run on the SIMT interpreter. */
class MatmulGpuTest {
  private static final Target SIMT = Target.parse("simt");

  /** Of many cores, small products get small tiles each; of one core, the largest. */
  private static final Target MANY = Target.parse("cuda:sm_80");

  private static final Target ONE = Target.parse("cuda:sm_80 -cores=1");

  private static final Target OLD = Target.parse("cuda:sm_70 -cores=1");

  private static PrimFunc scheduled(PrimFunc function, Target target) {
    DefaultSchedules.Decision decision = DefaultSchedules.decide(function, target);
    assertThat(decision.steps().getFirst().rule())
        .as("%s", decision.steps())
        .isEqualTo("matmul-gpu");
    return decision.function();
  }

  private static void assertRight(PrimFunc function, Target target) {
    PrimFunc scheduled = scheduled(function, target);
    assertThat(SimtChecks.problems(function, scheduled, target))
        .as(() -> TvmScript.print(scheduled))
        .isEmpty();
  }

  private static PrimFunc matmul(int m, int n, int k, String dtype, boolean left, boolean right) {
    return TensorCoreGpuTest.matmul(m, n, k, dtype, dtype, left, right);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 64, float32, false, false",
    "64, 64, 64, float32, false, true",
    "64, 32, 48, float32, true, false",
    "32, 64, 16, float32, true, true",
    "50, 70, 33, float32, false, false",
    "17, 19, 23, float32, false, true",
    "33, 66, 20, float32, true, false",
    "18, 20, 40, float64, false, false",
    "20, 18, 24, float64, false, true",
    "40, 36, 50, int32, false, true",
    "16, 40, 70, int8, false, true"
  })
  void products(int m, int n, int k, String dtype, boolean left, boolean right) {
    PrimFunc function = matmul(m, n, k, dtype, left, right);
    assertRight(function, MANY);
    assertRight(function, SIMT);
  }

  @ParameterizedTest
  @CsvSource({
    "128, 128, 64, false, false",
    "130, 200, 40, false, true",
    "100, 129, 17, true, false"
  })
  void largeTiles(int m, int n, int k, boolean left, boolean right) {
    PrimFunc function = matmul(m, n, k, "float32", left, right);
    assertRight(function, ONE);
    assertRight(function, OLD);
  }

  /** Half precision is stored, single precision is summed, where there are no tensor cores. */
  @Test
  void factorsOfAnotherTypeThanTheSums() {
    PrimFunc function = TensorCoreGpuTest.matmul(40, 48, 40, "float16", "float32", false, true);
    assertRight(function, SIMT);
  }

  private static PrimFunc batched(int batch, int m, int n, int k1, int k2) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def batched(A: T.Buffer((%1$d, %2$d, %4$d, %5$d)), B: T.Buffer((%1$d, %4$d, %5$d, %3$d)),
                    bias: T.Buffer((%3$d,)), R: T.Buffer((%1$d, %2$d, %3$d))):
            C = T.alloc_buffer((%1$d, %2$d, %3$d))
            for b, i, j, k, l in T.grid(%1$d, %2$d, %3$d, %4$d, %5$d):
                with T.block("C"):
                    vb, vi, vj, vk, vl = T.axis.remap("SSSRR", [b, i, j, k, l])
                    with T.init():
                        C[vb, vi, vj] = T.float32(0)
                    C[vb, vi, vj] = C[vb, vi, vj] + A[vb, vi, vk, vl] * B[vb, vk, vl, vj]
            for b, i, j in T.grid(%1$d, %2$d, %3$d):
                with T.block("R"):
                    vb, vi, vj = T.axis.remap("SSS", [b, i, j])
                    R[vb, vi, vj] = T.max(C[vb, vi, vj] + bias[vj], T.float32(0))
        """
            .formatted(batch, m, n, k1, k2));
  }

  @ParameterizedTest
  @CsvSource({"2, 32, 32, 3, 16", "3, 20, 41, 2, 5"})
  void batchesSeveralSumsAndEpiloguesInOneKernel(int batch, int m, int n, int k1, int k2) {
    PrimFunc function = batched(batch, m, n, k1, k2);
    for (Target target : List.of(SIMT, MANY)) {
      assertRight(function, target);
      assertThat(Lowering.lower(scheduled(function, target), target).launches()).hasSize(1);
    }
  }

  /** Both factors of the largest tile: whole sectors, no conflicts, 16 bytes an access. */
  @Test
  void accessesAreWideAndMeetInNoBank() {
    for (boolean left : List.of(false, true)) {
      for (boolean right : List.of(false, true)) {
        PrimFunc function = matmul(128, 128, 64, "float32", left, right);
        SimtCounts counts = SimtChecks.counts(scheduled(function, ONE), ONE).getFirst();
        assertThat(counts.sharedLoads().requests()).isPositive();
        assertThat(counts.sharedLoads().bankConflicts()).isZero();
        assertThat(counts.globalLoads().sectors()).isEqualTo(counts.globalLoads().idealSectors());
        assertThat(counts.globalStores().sectors()).isEqualTo(counts.globalStores().idealSectors());
        // 16 bytes a thread: 2 factors of 128 × 64 float32.
        assertThat(counts.globalLoads().requests()).isEqualTo(2 * 128 * 64 / 4 / 32);
        assertThat(counts.instructions(InstructionKind.SHARED_STORE)).isZero();
      }
    }
  }

  @Test
  void neighbouringBlocksShareRowsAndColumns() {
    String text = TvmScript.print(scheduled(matmul(512, 512, 64, "float32", false, false), ONE));
    assertThat(text).contains("T.thread_binding(16, thread=\"blockIdx.x\")");
    assertThat(text).doesNotContain("blockIdx.y");
  }
}
