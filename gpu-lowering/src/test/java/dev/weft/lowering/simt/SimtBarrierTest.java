package dev.weft.lowering.simt;

import static dev.weft.lowering.simt.SimtRun.kernel;
import static dev.weft.lowering.simt.SimtRun.kinds;
import static dev.weft.lowering.simt.SimtRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.lowering.simt.Finding.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Barrier objects and bulk copies: a group of threads that has tiles copied into a ring of two
 * stages, and a group that uses them, sound and with single mistakes.
 */
class SimtBarrierTest {
  /** Boxes of 8 rows of 128 bytes; 30 of 32 rows are there. Objects 0 and 1: full; 2, 3: empty. */
  private static final String[] RING = {
    "tx = T.launch_thread(\"threadIdx.x\", 64)",
    "stage = T.allocate([512], \"float32\", \"shared\")",
    "S = T.decl_buffer((512,), data=stage, scope=\"shared\")",
    "T.create_barriers(4)",
    "if tx == 0:",
    "    T.ptx_init_barrier_thread_count(0, 1)",
    "    T.ptx_init_barrier_thread_count(1, 1)",
    "    T.ptx_init_barrier_thread_count(2, 32)",
    "    T.ptx_init_barrier_thread_count(3, 32)",
    "T.tvm_storage_sync(\"shared\")",
    "with T.thread_group(\"producer\", 0, 32):",
    "    if tx == 0:",
    "        for k in range(4):",
    "            T.ptx_wait_barrier(2 + k % 2, 1 - k // 2 % 2)",
    "            T.ptx_arrive_barrier_expect_tx(k % 2, 1024)",
    "            T.ptx_cp_async_bulk_tensor(\"load\", stage, k % 2 * 256, k % 2, A.data, 128, 2,"
        + " 30, 32, 32, 1, 8, 32, k * 8, 0)",
    "with T.thread_group(\"consumer\", 32, 32):",
    "    for j in range(4):",
    "        T.ptx_wait_barrier(j % 2, j // 2 % 2)",
    "        for r in range(8):",
    "            B[j * 256 + r * 32 + tx - 32] ="
        + " S[j % 2 * 256 + r * 32 + T.bitwise_xor((tx - 32) // 4, r) * 4 + tx % 4]",
    "        T.ptx_arrive_barrier(2 + j % 2)"
  };

  private static final int PRODUCER_WAITS = 13;
  private static final int EXPECTS = 14;
  private static final int COPIES = 15;
  private static final int CONSUMER_WAITS = 18;
  private static final int ARRIVES = 21;

  private static SimtReport ring(int replaced, String by) {
    String[] lines = RING.clone();
    if (replaced >= 0) {
      String line = lines[replaced];
      lines[replaced] = line.substring(0, line.length() - line.stripLeading().length()) + by;
    }
    return ring(replaced < 0, lines);
  }

  private static SimtReport ring(boolean isSound, String... lines) {
    Tensor a = Tensor.allocate(DType.FLOAT32, 960);
    for (int i = 0; i < 960; i++) {
      a.setDouble(i, i + 1);
    }
    Tensor b = Tensor.allocate(DType.FLOAT32, 1024);
    SimtReport report =
        run(
            kernel("A: T.Buffer((960,), \"float32\"), B: T.Buffer((1024,), \"float32\")", lines),
            a,
            b);
    if (isSound) {
      for (int i = 0; i < 1024; i++) {
        // Rows beyond the tensor are zero.
        assertThat(b.getDouble(i)).as("element %s", i).isEqualTo(i < 960 ? i + 1 : 0);
      }
    }
    return report;
  }

  @Test
  void producerAndConsumerAreSound() {
    assertThat(ring(-1, "").findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // The parity of the first wait flipped: the stage is taken before it is filled.
        "18 | T.ptx_wait_barrier(j % 2, 1 - j // 2 % 2) | ASYNC_COPY_NOT_WAITED",
        "18 | T.evaluate(0) | ASYNC_COPY_NOT_WAITED",
        // Filled again while it is read.
        "13 | T.evaluate(0) | ASYNC_COPY_NOT_WAITED",
        // Nobody gives the stage back.
        "13 | T.ptx_wait_barrier(2 + k % 2, k // 2 % 2) | BARRIER_NEVER_COMPLETES",
        "21 | T.evaluate(0) | BARRIER_NEVER_COMPLETES",
        // More bytes are expected than come, and none.
        "14 | T.ptx_arrive_barrier_expect_tx(k % 2, 2048) | BARRIER_NEVER_COMPLETES",
        "14 | T.evaluate(0) | BARRIER_NEVER_COMPLETES",
        // The objects are used as they are.
        "9 | T.evaluate(0) | UNINITIALISED_READ",
        "5 | T.evaluate(0) | UNINITIALISED_READ"
      })
  void oneMistakeIsFound(int line, String by, Kind kind) {
    assertThat(kinds(ring(line, by))).contains(kind);
  }

  /** The stage is given back before it is read: whichever group happens to run first. */
  @Test
  void aStageGivenBackTooEarlyIsFound() {
    String[] lines = RING.clone();
    lines[19] = "        T.ptx_arrive_barrier(2 + j % 2)";
    lines[20] = RING[19];
    lines[21] = RING[20];
    assertThat(kinds(ring(false, lines))).contains(Kind.DATA_RACE);
  }

  @Test
  void theMistakesAreWhereTheyShouldBe() {
    assertThat(RING[PRODUCER_WAITS]).contains("wait_barrier(2");
    assertThat(RING[EXPECTS]).contains("expect_tx");
    assertThat(RING[COPIES]).contains("bulk_tensor");
    assertThat(RING[CONSUMER_WAITS]).contains("wait_barrier(j");
    assertThat(RING[ARRIVES]).contains("T.ptx_arrive_barrier(");
  }

  /** A box that is not where the permutation of its rows begins. */
  @Test
  void misplacedBoxIsFound() {
    SimtReport report =
        ring(COPIES, RING[COPIES].strip().replace("k % 2 * 256, k", "k % 2 * 224, k"));
    assertThat(kinds(report)).contains(Kind.MISALIGNED_ACCESS);
  }

  private static final String[] STORE = {
    "tx = T.launch_thread(\"threadIdx.x\", 32)",
    "stage = T.allocate([256], \"float32\", \"shared\")",
    "S = T.decl_buffer((256,), data=stage, scope=\"shared\")",
    "for r in range(8):",
    "    S[r * 32 + tx] = A[r * 32 + tx]",
    "T.ptx_fence_proxy_async()",
    "T.tvm_storage_sync(\"shared\")",
    "if tx == 0:",
    "    T.ptx_cp_async_bulk_tensor(\"store\", stage, 0, 0, B.data, 0, 2,"
        + " 6, 32, 40, 1, 8, 32, 0, 0)"
  };

  private static SimtReport store(Tensor b, String... lines) {
    Tensor a = Tensor.allocate(DType.FLOAT32, 256);
    for (int i = 0; i < 256; i++) {
      a.setDouble(i, i + 1);
    }
    return run(
        kernel("A: T.Buffer((256,), \"float32\"), B: T.Buffer((240,), \"float32\")", lines), a, b);
  }

  @Test
  void storesWriteWhatIsWithinTheTensor() {
    Tensor b = Tensor.allocate(DType.FLOAT32, 240);
    assertThat(store(b, STORE).findings()).isEmpty();
    for (int i = 0; i < 240; i++) {
      assertThat(b.getDouble(i)).isEqualTo(i % 40 < 32 ? i / 40 * 32 + i % 40 + 1 : 0);
    }
  }

  @Test
  void storesOfWhatIsNotVisibleAreFound() {
    String[] unfenced = STORE.clone();
    unfenced[5] = "T.evaluate(0)";
    Tensor b = Tensor.allocate(DType.FLOAT32, 240);
    assertThat(kinds(store(b, unfenced))).contains(Kind.ASYNC_PROXY_NOT_FENCED);
    String[] unordered = STORE.clone();
    unordered[6] = "T.evaluate(0)";
    assertThat(kinds(store(b, unordered))).contains(Kind.DATA_RACE);
  }
}
