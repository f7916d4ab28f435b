package dev.weft.lowering.simt;

import static dev.weft.lowering.simt.SimtRun.kernel;
import static dev.weft.lowering.simt.SimtRun.kinds;
import static dev.weft.lowering.simt.SimtRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import org.junit.jupiter.api.Test;

/** Asynchronous copies can't be seen before their wait, nor by others before a barrier. */
class SimtAsyncCopyTest {
  private static final String[] TWO_STAGES = {
    "tx = T.launch_thread(\"threadIdx.x\", 32)",
    "stage = T.allocate([256], \"float32\", \"shared\")",
    "S = T.decl_buffer((256,), data=stage, scope=\"shared\")",
    "T.ptx_cp_async(\"float32\", stage, tx * 4, A.data, tx * 4, 16)",
    "T.ptx_commit_group()",
    "for k in range(3):",
    "    T.ptx_cp_async(\"float32\", stage, (k + 1) % 2 * 128 + tx * 4,"
        + " A.data, (k + 1) * 128 + tx * 4, 16)",
    "    T.ptx_commit_group()",
    "    T.ptx_wait_group(1)",
    "    T.tvm_storage_sync(\"shared\")",
    "    B[k * 32 + tx] = S[k % 2 * 128 + 127 - tx]",
    "    T.tvm_storage_sync(\"shared\")"
  };

  private static SimtReport pipeline(int replaced, String by) {
    String[] lines = TWO_STAGES.clone();
    if (replaced >= 0) {
      lines[replaced] = by;
    }
    Tensor a = Tensor.allocate(DType.FLOAT32, 512);
    for (int i = 0; i < 512; i++) {
      a.setDouble(i, i);
    }
    Tensor b = Tensor.allocate(DType.FLOAT32, 96);
    SimtReport report =
        run(
            kernel("A: T.Buffer((512,), \"float32\"), B: T.Buffer((96,), \"float32\")", lines),
            a,
            b);
    if (replaced < 0) {
      for (int k = 0; k < 3; k++) {
        assertThat(b.getDouble(k * 32L)).isEqualTo(k * 128 + 127);
      }
    }
    return report;
  }

  @Test
  void pipelineOfTwoStagesIsSound() {
    SimtReport report = pipeline(-1, "");
    assertThat(report.findings()).isEmpty();
    // Four copies and their commits.
    assertThat(report.counts().instructions(InstructionKind.ASYNC_COPY)).isEqualTo(8);
    assertThat(report.counts().globalLoads().bytes()).isEqualTo(4 * 512);
  }

  @Test
  void droppedWaitIsFound() {
    SimtReport report = pipeline(8, "    T.evaluate(0)");
    assertThat(kinds(report)).contains(Finding.Kind.ASYNC_COPY_NOT_WAITED);
    assertThat(report.findings().getFirst().message()).contains("the asynchronous copy in line 8");
  }

  @Test
  void waitForTooFewGroupsIsFound() {
    assertThat(kinds(pipeline(8, "    T.ptx_wait_group(2)")))
        .contains(Finding.Kind.ASYNC_COPY_NOT_WAITED);
  }

  @Test
  void droppedCommitIsFound() {
    assertThat(kinds(pipeline(7, "    T.evaluate(0)")))
        .contains(Finding.Kind.ASYNC_COPY_NOT_WAITED);
  }

  @Test
  void othersNeedABarrierAfterTheWait() {
    assertThat(kinds(pipeline(9, "    T.evaluate(0)"))).contains(Finding.Kind.DATA_RACE);
  }

  @Test
  void nextCopyMustNotOvertakeTheReaders() {
    assertThat(kinds(pipeline(11, "    T.evaluate(0)"))).contains(Finding.Kind.DATA_RACE);
  }

  @Test
  void copiesAreAligned() {
    String shifted = "T.ptx_cp_async(\"float32\", stage, tx * 4, A.data, tx * 4 + 1, 16)";
    assertThat(kinds(pipeline(3, shifted))).contains(Finding.Kind.MISALIGNED_ACCESS);
  }

  @Test
  void copiesStayInside() {
    String outside = "T.ptx_cp_async(\"float32\", stage, tx * 4 + 132, A.data, tx * 4, 16)";
    assertThat(kinds(pipeline(3, outside))).contains(Finding.Kind.OUT_OF_BOUNDS);
  }
}
