package dev.weft.lowering.simt;

import static dev.weft.lowering.simt.SimtRun.kernel;
import static dev.weft.lowering.simt.SimtRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import org.junit.jupiter.api.Test;

/** Transactions and bank conflicts, on patterns whose cost is known. */
class SimtCountsTest {
  private static SimtCounts globalLoad(String index) {
    Tensor a = Tensor.allocate(DType.FLOAT32, 4096);
    SimtReport report =
        run(
            kernel(
                "A: T.Buffer((4096,), \"float32\"), B: T.Buffer((32,), \"float32\")",
                "tx = T.launch_thread(\"threadIdx.x\", 32)",
                "B[tx] = A[" + index + "]"),
            a,
            Tensor.allocate(DType.FLOAT32, 32));
    assertThat(report.findings()).isEmpty();
    return report.counts();
  }

  @Test
  void coalescedLoadTakesTheIdealNumberOfSectors() {
    assertThat(globalLoad("tx").globalLoads())
        .isEqualTo(new SimtCounts.GlobalTraffic(1, 128, 4, 4, 1, 1));
  }

  @Test
  void shiftedLoadTouchesOneSectorMore() {
    assertThat(globalLoad("tx + 1").globalLoads())
        .isEqualTo(new SimtCounts.GlobalTraffic(1, 128, 5, 4, 2, 1));
  }

  @Test
  void stridedLoadTakesASectorAThread() {
    assertThat(globalLoad("tx * 32").globalLoads())
        .isEqualTo(new SimtCounts.GlobalTraffic(1, 128, 32, 4, 32, 1));
  }

  @Test
  void broadcastTakesOneSector() {
    assertThat(globalLoad("7").globalLoads())
        .isEqualTo(new SimtCounts.GlobalTraffic(1, 4, 1, 1, 1, 1));
  }

  @Test
  void orderWithinAWarpDoesNotMatter() {
    assertThat(globalLoad("31 - tx").globalLoads())
        .isEqualTo(new SimtCounts.GlobalTraffic(1, 128, 4, 4, 1, 1));
  }

  private static SimtCounts.SharedTraffic sharedStore(String index, String value) {
    SimtReport report =
        run(
            kernel(
                "A: T.Buffer((128,), \"float32\"), B: T.Buffer((32,), \"float32\")",
                "tx = T.launch_thread(\"threadIdx.x\", 32)",
                "stage = T.allocate([2048], \"float32\", \"shared\")",
                "S = T.decl_buffer((2048,), data=stage, scope=\"shared\")",
                "S[" + index + "] = " + value,
                "B[tx] = A[tx]"),
            Tensor.allocate(DType.FLOAT32, 128),
            Tensor.allocate(DType.FLOAT32, 32));
    assertThat(report.findings()).isEmpty();
    return report.counts().sharedStores();
  }

  @Test
  void neighboursUseAllBanks() {
    assertThat(sharedStore("tx", "A[tx]")).isEqualTo(new SimtCounts.SharedTraffic(1, 1, 1));
  }

  @Test
  void columnOfASquareMeetsInOneBankAndPaddingHelps() {
    assertThat(sharedStore("tx * 32", "A[tx]").bankConflicts()).isEqualTo(31);
    assertThat(sharedStore("tx * 33", "A[tx]").bankConflicts()).isZero();
    assertThat(sharedStore("tx * 2", "A[tx]").bankConflicts()).isEqualTo(1);
  }

  @Test
  void oneWordForAllIsNoConflict() {
    assertThat(sharedStore("5", "A[9]")).isEqualTo(new SimtCounts.SharedTraffic(1, 1, 1));
  }

  @Test
  void vectorsOfFourTakeFourPasses() {
    assertThat(sharedStore("tx * 4:tx * 4 + 4", "A[tx * 4:tx * 4 + 4]"))
        .isEqualTo(new SimtCounts.SharedTraffic(1, 4, 4));
  }

  @Test
  void instructionsAreCountedForWarpsThatTakePart() {
    SimtReport report =
        run(
            kernel(
                "A: T.Buffer((128,), \"float32\"), B: T.Buffer((128,), \"float32\")",
                "tx = T.launch_thread(\"threadIdx.x\", 128)",
                "if tx < 40:",
                "    B[tx] = T.exp(A[tx]) * A[tx] + T.float32(1)"),
            Tensor.allocate(DType.FLOAT32, 128),
            Tensor.allocate(DType.FLOAT32, 128));
    SimtCounts counts = report.counts();
    // The second of the two warps is there with 8 threads.
    assertThat(counts.instructions(InstructionKind.FLOAT)).isEqualTo(4);
    assertThat(counts.instructions(InstructionKind.FUNCTION)).isEqualTo(2);
    assertThat(counts.instructions(InstructionKind.GLOBAL_LOAD)).isEqualTo(4);
    assertThat(counts.instructions(InstructionKind.GLOBAL_STORE)).isEqualTo(2);
    assertThat(counts.instructions(InstructionKind.BRANCH)).isEqualTo(4);
    assertThat(counts.divergentBranches()).isEqualTo(1);
    assertThat(counts.figures())
        .containsEntry("instructions.function", 2L)
        .containsEntry("global_stores.bytes", 160L);
  }
}
