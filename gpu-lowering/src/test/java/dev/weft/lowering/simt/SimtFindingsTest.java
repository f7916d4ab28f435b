package dev.weft.lowering.simt;

import static dev.weft.lowering.simt.SimtRun.kernel;
import static dev.weft.lowering.simt.SimtRun.kinds;
import static dev.weft.lowering.simt.SimtRun.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.WrittenBytes;
import dev.weft.tir.PrimFunc;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is wrong with a kernel is found, and nothing is found where nothing is wrong. */
class SimtFindingsTest {
  private static final String TWO =
      "A: T.Buffer((128,), \"float32\"), B: T.Buffer((128,), \"float32\")";

  private static Tensor ramp(int n) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, n);
    for (int i = 0; i < n; i++) {
      tensor.setDouble(i, i + 1);
    }
    return tensor;
  }

  /** Reverses 64 elements of each block by way of shared memory. */
  private static PrimFunc reverse(String barrier) {
    return kernel(
        TWO,
        "bx = T.launch_thread(\"blockIdx.x\", 2)",
        "tx = T.launch_thread(\"threadIdx.x\", 64)",
        "stage = T.allocate([64], \"float32\", \"shared\")",
        "S = T.decl_buffer((64,), data=stage, scope=\"shared\")",
        "S[tx] = A[bx * 64 + tx]",
        barrier,
        "B[bx * 64 + tx] = S[63 - tx]");
  }

  @Test
  void soundKernelHasNoFindingsAndTheRightResult() {
    Tensor b = ramp(128);
    SimtReport report = run(reverse("T.tvm_storage_sync(\"shared\")"), ramp(128), b);
    assertThat(report.findings()).isEmpty();
    assertThat(b.getDouble(0)).isEqualTo(64);
    assertThat(b.getDouble(127)).isEqualTo(65);
    assertThat(report.counts().barriers()).isEqualTo(2);
  }

  @Test
  void missingBarrierIsARaceWithTheLineOfBothAccesses() {
    SimtReport report = run(reverse("T.evaluate(0)"), ramp(128), ramp(128));
    assertThat(kinds(report)).containsExactly(Finding.Kind.DATA_RACE);
    Finding race = report.findings().getFirst();
    assertThat(race.source()).isEqualTo("B[bx * 64 + tx] = S[63 - tx]");
    assertThat(race.message())
        .isEqualTo(
            "thread 0 of block 0 reads element 63 of 'stage', which thread 63 of block 0 wrote in"
                + " line 9, with no barrier between");
    assertThat(race.occurrences()).isEqualTo(128);
  }

  @Test
  void barrierBetweenTheUseAndTheNextFillIsNeeded() {
    String[] sound = {
      "tx = T.launch_thread(\"threadIdx.x\", 64)",
      "stage = T.allocate([64], \"float32\", \"shared\")",
      "S = T.decl_buffer((64,), data=stage, scope=\"shared\")",
      "for k in range(2):",
      "    T.tvm_storage_sync(\"shared\")",
      "    S[tx] = A[k * 64 + tx]",
      "    T.tvm_storage_sync(\"shared\")",
      "    B[k * 64 + tx] = S[63 - tx]"
    };
    assertThat(run(kernel(TWO, sound), ramp(128), ramp(128)).findings()).isEmpty();
    sound[4] = "    T.evaluate(0)";
    SimtReport report = run(kernel(TWO, sound), ramp(128), ramp(128));
    assertThat(kinds(report)).containsExactly(Finding.Kind.DATA_RACE);
    assertThat(report.findings().getFirst().message()).contains("writes").contains("read in line");
  }

  @Test
  void warpBarrierOrdersAWarpButNotItsNeighbours() {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 64)",
      "stage = T.allocate([64], \"float32\", \"shared\")",
      "S = T.decl_buffer((64,), data=stage, scope=\"shared\")",
      "S[tx] = A[tx]",
      "T.tvm_storage_sync(\"warp\")",
      "B[tx] = S[T.bitwise_xor(tx, 31)]"
    };
    assertThat(run(kernel(TWO, lines), ramp(128), ramp(128)).findings()).isEmpty();
    lines[5] = "B[tx] = S[T.bitwise_xor(tx, 32)]";
    assertThat(kinds(run(kernel(TWO, lines), ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.DATA_RACE);
  }

  @Test
  void blocksAreOrderedByNothing() {
    PrimFunc kernel =
        kernel(
            TWO,
            "bx = T.launch_thread(\"blockIdx.x\", 2)",
            "tx = T.launch_thread(\"threadIdx.x\", 32)",
            "B[bx * 32 + tx] = A[tx]",
            "T.tvm_storage_sync(\"shared\")",
            "if bx == 1:",
            "    B[64 + tx] = B[tx]");
    SimtReport report = run(kernel, ramp(128), ramp(128));
    assertThat(kinds(report)).containsExactly(Finding.Kind.DATA_RACE);
    assertThat(report.findings().getFirst().message()).contains("another block");
  }

  @Test
  void oneValueFromSeveralThreadsIsNoRaceButTwoAre() {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 32)", "B[0] = A[5]", "B[1 + tx] = A[tx]"
    };
    assertThat(run(kernel(TWO, lines), ramp(128), ramp(128)).findings()).isEmpty();
    lines[1] = "B[0] = A[tx]";
    assertThat(kinds(run(kernel(TWO, lines), ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.DATA_RACE);
  }

  @Test
  void atomicsDoNotRaceWithEachOtherButWithPlainAccesses() {
    String[] lines = {
      "bx = T.launch_thread(\"blockIdx.x\", 2)",
      "tx = T.launch_thread(\"threadIdx.x\", 64)",
      "T.atomic_add(T.address_of(B[0]), A[bx * 64 + tx], dtype=\"float32\")",
      "T.evaluate(0)"
    };
    Tensor b = Tensor.allocate(DType.FLOAT32, 128);
    assertThat(run(kernel(TWO, lines), ramp(128), b).findings()).isEmpty();
    assertThat(b.getDouble(0)).isEqualTo(128 * 129 / 2.0);
    lines[3] = "B[1 + bx * 64 + tx] = B[0]".replace("1 + ", "");
    assertThat(kinds(run(kernel(TWO, lines), ramp(128), b))).contains(Finding.Kind.DATA_RACE);
  }

  @Test
  void accessOutsideABufferIsNotCarriedOut() {
    PrimFunc kernel =
        kernel(TWO, "tx = T.launch_thread(\"threadIdx.x\", 128)", "B[tx] = A[tx + 1]");
    Tensor b = ramp(128);
    SimtReport report = run(kernel, ramp(128), b);
    assertThat(kinds(report)).containsExactly(Finding.Kind.OUT_OF_BOUNDS);
    assertThat(report.findings().getFirst())
        .hasToString(
            "line 6: out of bounds: thread 127 of block 0 accesses element 128 of 'A', which has"
                + " 128 in: B[tx] = A[tx + 1]");
    assertThat(b.getDouble(126)).isEqualTo(128);
  }

  @Test
  void guardedAccessIsMadeByThoseWhoPassTheGuard() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 128)",
            "B[tx] = T.if_then_else(tx < 127 and A[tx + 1] > T.float32(3), A[tx + 1],"
                + " T.float32(0))");
    Tensor b = ramp(128);
    assertThat(run(kernel, ramp(128), b).findings()).isEmpty();
    assertThat(b.getDouble(1)).isZero();
    assertThat(b.getDouble(2)).isEqualTo(4);
    assertThat(b.getDouble(127)).isZero();
  }

  @Test
  void readOfWhatNobodyWroteIsFoundInSharedAndLocalMemory() {
    PrimFunc shared =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "stage = T.allocate([64], \"float32\", \"shared\")",
            "S = T.decl_buffer((64,), data=stage, scope=\"shared\")",
            "if tx < 63:",
            "    S[tx] = A[tx]",
            "T.tvm_storage_sync(\"shared\")",
            "B[tx] = S[63 - tx]");
    assertThat(kinds(run(shared, ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.UNINITIALISED_READ);
    PrimFunc local =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "sums = T.allocate([2], \"float32\", \"local\")",
            "L = T.decl_buffer((2,), data=sums, scope=\"local\")",
            "L[0] = A[tx]",
            "B[tx] = L[1]");
    assertThat(kinds(run(local, ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.UNINITIALISED_READ);
  }

  @Test
  void readOfWhatNobodyWroteIsFoundInGlobalMemory() {
    PrimFunc kernel =
        kernel(
            TWO, "tx = T.launch_thread(\"threadIdx.x\", 64)", "B[tx] = A[tx]", "A[tx] = B[tx + 1]");
    Tensor a = ramp(128);
    Tensor b = ramp(128);
    WrittenBytes none = WrittenBytes.none(b.bytes());
    List<HostArgument> arguments =
        List.of(
            new HostArgument.Memory(a.dtype(), a.data()),
            new HostArgument.Memory(b.dtype(), b.data(), none));
    SimtReport report =
        SimtKernel.compile(kernel, 32).run(SimtRun.geometry(kernel.body()), arguments);
    // Of elements 1 to 63 each is read by one thread and written by another, 64 by nobody.
    assertThat(kinds(report))
        .containsExactlyInAnyOrder(Finding.Kind.DATA_RACE, Finding.Kind.UNINITIALISED_READ);
    assertThat(report.findings())
        .anySatisfy(
            finding ->
                assertThat(finding.message())
                    .isEqualTo(
                        "thread 63 of block 0 reads element 64 of 'B', which nobody has written"));
    assertThat(none.contains(0, 256)).isTrue();
    assertThat(none.contains(256, 1)).isFalse();
  }

  @Test
  void anAtomicOperationReadsWhatItUpdates() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "T.atomic_add(T.address_of(B[0]), A[tx], dtype=\"float32\")");
    Tensor a = ramp(128);
    Tensor b = ramp(128);
    WrittenBytes written = WrittenBytes.none(b.bytes());
    List<HostArgument> arguments =
        List.of(
            new HostArgument.Memory(a.dtype(), a.data()),
            new HostArgument.Memory(b.dtype(), b.data(), written));
    SimtKernel compiled = SimtKernel.compile(kernel, 32);
    SimtReport report = compiled.run(SimtRun.geometry(kernel.body()), arguments);
    assertThat(kinds(report)).containsExactly(Finding.Kind.UNINITIALISED_READ);
    assertThat(compiled.run(SimtRun.geometry(kernel.body()), arguments).findings()).isEmpty();
  }

  @Test
  void memoryOfABlockIsFreshForTheNextBlock() {
    PrimFunc kernel =
        kernel(
            TWO,
            "bx = T.launch_thread(\"blockIdx.x\", 2)",
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "stage = T.allocate([64], \"float32\", \"shared\")",
            "S = T.decl_buffer((64,), data=stage, scope=\"shared\")",
            "if bx == 0:",
            "    S[tx] = A[tx]",
            "B[bx * 64 + tx] = S[tx]");
    SimtReport report = run(kernel, ramp(128), ramp(128));
    assertThat(kinds(report)).containsExactly(Finding.Kind.UNINITIALISED_READ);
    assertThat(report.findings().getFirst().message()).startsWith("thread 0 of block 1");
  }

  @Test
  void vectorAccessMustBeAligned() {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 16)", "B[tx * 4:tx * 4 + 4] = A[tx * 4 + 4:tx * 4 + 8]"
    };
    assertThat(run(kernel(TWO, lines), ramp(128), ramp(128)).findings()).isEmpty();
    lines[1] = "B[tx * 4:tx * 4 + 4] = A[tx * 4 + 2:tx * 4 + 6]";
    assertThat(kinds(run(kernel(TWO, lines), ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.MISALIGNED_ACCESS);
  }

  @Test
  void barrierThatSomeThreadsDoNotReachIsDivergent() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "if tx < 40:",
            "    T.tvm_storage_sync(\"shared\")",
            "B[tx] = A[tx]");
    SimtReport report = run(kernel, ramp(128), ramp(128));
    assertThat(kinds(report)).containsExactly(Finding.Kind.DIVERGENT_BARRIER);
    assertThat(report.findings().getFirst().message())
        .isEqualTo("40 of 64 threads of the block meet it");
    assertThat(report.counts().divergentBranches()).isEqualTo(1);
  }

  @Test
  void loopsWhoseLengthDiffersByThread() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "B[tx] = T.float32(0)",
            "for k in range(tx % 5):",
            "    if k == 3:",
            "        break",
            "    if k == 1:",
            "        continue",
            "    B[tx] = B[tx] + A[k]");
    Tensor b = ramp(128);
    assertThat(run(kernel, ramp(128), b).findings()).isEmpty();
    // A is 1, 2, 3, …; k = 1 is left out and k = 3 is never reached.
    assertThat(b.getDouble(0)).isZero();
    assertThat(b.getDouble(1)).isEqualTo(1);
    assertThat(b.getDouble(2)).isEqualTo(1);
    assertThat(b.getDouble(3)).isEqualTo(4);
    assertThat(b.getDouble(4)).isEqualTo(4);
  }

  @Test
  void integerDivisionByZeroIsFound() {
    PrimFunc kernel =
        kernel(
            "A: T.Buffer((32,), \"int32\"), B: T.Buffer((32,), \"int32\")",
            "tx = T.launch_thread(\"threadIdx.x\", 32)",
            "B[tx] = A[tx] // (tx - 7)");
    Tensor a = Tensor.allocate(DType.INT32, 32);
    SimtReport report = run(kernel, a, Tensor.allocate(DType.INT32, 32));
    assertThat(kinds(report)).containsExactly(Finding.Kind.UNDEFINED_ARITHMETIC);
    assertThat(report.findings().getFirst().occurrences()).isEqualTo(1);
  }

  @Test
  void warpSumByShuffles() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "sums = T.allocate([1], \"float32\", \"local\")",
            "L = T.decl_buffer((1,), data=sums, scope=\"local\")",
            "L[0] = A[tx]",
            "for s in range(5):",
            "    L[0] = L[0] + T.tvm_warp_shuffle_down(T.tvm_warp_activemask(), L[0],"
                + " T.shift_right(16, s), 32, 32)",
            "B[tx] = L[0]");
    Tensor b = ramp(128);
    SimtReport report = run(kernel, ramp(128), b);
    assertThat(report.findings()).isEmpty();
    assertThat(b.getDouble(0)).isEqualTo(32 * 33 / 2.0);
    assertThat(b.getDouble(32)).isEqualTo(64 * 65 / 2.0 - 32 * 33 / 2.0);
    assertThat(report.counts().instructions(InstructionKind.SHUFFLE)).isEqualTo(2 * 5 * 2);
  }

  @Test
  void shuffleFromALaneThatTakesNoPartIsFound() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 32)",
            "if tx < 16:",
            "    B[tx] = T.tvm_warp_shuffle_xor(T.tvm_warp_activemask(), A[tx], 16, 32, 32)");
    assertThat(kinds(run(kernel, ramp(128), ramp(128))))
        .containsExactly(Finding.Kind.DIVERGENT_BARRIER);
  }

  @Test
  void whatHasNoMeaningIsRefused() {
    PrimFunc kernel =
        kernel(
            TWO,
            "tx = T.launch_thread(\"threadIdx.x\", 32)",
            "T.tvm_storage_sync(\"cluster\")",
            "B[tx] = A[tx]");
    assertThatThrownBy(() -> run(kernel, ramp(128), ramp(128)))
        .isInstanceOf(SimtException.class)
        .hasMessageContaining("barrier for 'cluster' memory");
  }
}
