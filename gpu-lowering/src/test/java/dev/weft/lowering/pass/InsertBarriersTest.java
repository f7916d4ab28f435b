package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InsertBarriersTest {
  private static final Target TARGET = Target.parse("simt");

  private static PrimFunc kernel(String... lines) {
    return TvmScript.parseFunction(
        "@T.prim_func\ndef kernel(A: T.Buffer((256,)), B: T.Buffer((256,)), n: T.int32):\n    "
            + "bx = T.launch_thread(\"blockIdx.x\", 2)\n    "
            + "tx = T.launch_thread(\"threadIdx.x\", 64)\n    "
            + String.join("\n    ", lines)
            + "\n");
  }

  private static void assertBecomes(PrimFunc before, PrimFunc after) {
    PrimFunc actual = new InsertBarriers().apply(before, TARGET);
    assertThat(StructuralEqual.check(actual, after)).as(TvmScript.print(actual)).isEmpty();
  }

  private static void assertUnchanged(String... lines) {
    assertBecomes(kernel(lines), kernel(lines));
  }

  private static final String GLOBAL = "T.tvm_storage_sync(\"global\", dtype=\"void\")";

  @Test
  void globalMemoryThatAnotherThreadReadsNeedsABarrier() {
    assertBecomes(
        kernel("B[bx * 64 + tx] = A[bx * 64 + tx]", "A[bx * 64 + tx] = B[bx * 64 + 63 - tx]"),
        kernel(
            "B[bx * 64 + tx] = A[bx * 64 + tx]", GLOBAL, "A[bx * 64 + tx] = B[bx * 64 + 63 - tx]"));
  }

  @Test
  void globalMemoryThatEachThreadKeepsToItselfNeedsNone() {
    assertUnchanged(
        "for k in range(2):",
        "    B[bx * 128 + tx * 2 + k] = A[tx]",
        "for k in range(2):",
        "    A[tx] = A[tx] + B[bx * 128 + tx * 2 + k]");
    assertUnchanged("B[bx * 64 + tx] = T.float32(0)", "B[bx * 64 + tx] = B[bx * 64 + tx] + A[tx]");
  }

  @Test
  void rowsOfSymbolicLengthAreEachThreadsOwn() {
    assertUnchanged(
        "if tx < n:",
        "    for k in range(n):",
        "        B[tx * n + k] = A[k]",
        "    for k in range(n):",
        "        B[tx * n + k] = B[tx * n + k] + A[k]");
  }

  private static final String SHARED = "T.tvm_storage_sync(\"shared\", dtype=\"void\")";

  private static PrimFunc staged(String... lines) {
    List<String> all = new ArrayList<>();
    all.add("s = T.allocate([64], \"float32\", \"shared\")");
    all.add("S = T.decl_buffer((64,), data=s, scope=\"shared\")");
    all.addAll(List.of(lines));
    return kernel(all.toArray(String[]::new));
  }

  @Test
  void aConditionMovesToBothSidesOfABarrier() {
    assertBecomes(
        staged("if bx * 64 + tx < n:", "    S[tx] = A[tx]", "    B[bx * 64 + tx] = S[63 - tx]"),
        staged(
            "if bx * 64 + tx < n:",
            "    S[tx] = A[tx]",
            SHARED,
            "if bx * 64 + tx < n:",
            "    B[bx * 64 + tx] = S[63 - tx]"));
  }

  @Test
  void globalMemoryUnderAConditionNeedsItsBarrierToo() {
    assertBecomes(
        kernel("if tx < n:", "    B[bx * 64 + tx] = A[tx]", "    A[tx] = B[bx * 64 + 63 - tx]"),
        kernel(
            "if tx < n:",
            "    B[bx * 64 + tx] = A[tx]",
            GLOBAL,
            "if tx < n:",
            "    A[tx] = B[bx * 64 + 63 - tx]"));
  }

  @Test
  void loopsWithinAConditionStayWhole() {
    assertBecomes(
        staged(
            "if tx < n:",
            "    for k in range(4):",
            "        S[tx] = A[tx * 4 + k]",
            "        B[bx * 64 + tx] = B[bx * 64 + tx] + S[63 - tx]"),
        staged(
            "for k in range(4):",
            "    " + SHARED,
            "    if tx < n:",
            "        S[tx] = A[tx * 4 + k]",
            "    " + SHARED,
            "    if tx < n:",
            "        B[bx * 64 + tx] = B[bx * 64 + tx] + S[63 - tx]"));
  }

  @Test
  void aLoopOfDifferentLengthRunsAsLongAsTheLongest() {
    assertBecomes(
        staged(
            "for k in range(tx // 16 + 1):",
            "    S[tx] = A[tx * 4 + k]",
            "    B[bx * 64 + tx] = B[bx * 64 + tx] + S[63 - tx]"),
        staged(
            "for k in range(4):",
            "    " + SHARED,
            "    if k < tx // 16 + 1:",
            "        S[tx] = A[tx * 4 + k]",
            "    " + SHARED,
            "    if k < tx // 16 + 1:",
            "        B[bx * 64 + tx] = B[bx * 64 + tx] + S[63 - tx]"));
  }

  @Test
  void aConditionThatReadsMemoryIsEvaluatedOnce() {
    assertBecomes(
        staged(
            "if A[tx] < T.float32(1):",
            "    S[tx] = A[tx]",
            "    A[tx] = S[63 - tx]",
            "else:",
            "    B[bx * 64 + tx] = A[tx]"),
        staged(
            "with T.LetStmt(A[tx] < T.float32(1)) as chosen:",
            "    if chosen:",
            "        S[tx] = A[tx]",
            "    " + SHARED,
            "    if chosen:",
            "        A[tx] = S[63 - tx]",
            "    if not chosen:",
            "        B[bx * 64 + tx] = A[tx]"));
  }

  @Test
  void aLoopOfUnknownLengthCantHoldABarrier() {
    PrimFunc function =
        staged(
            "for k in range(T.Cast(\"int32\", A[tx])):",
            "    S[tx] = A[k]",
            "    B[bx * 64 + tx] = B[bx * 64 + tx] + S[63 - tx]");
    assertThatThrownBy(() -> new InsertBarriers().apply(function, TARGET))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("loop 'k'")
        .hasMessageContaining("can't wait for one another");
  }

  @Test
  void aConditionThatNamesOneThreadLeavesNothingToOrderWithin() {
    assertUnchanged(
        "s = T.allocate([64], \"float32\", \"shared\")",
        "S = T.decl_buffer((64,), data=s, scope=\"shared\")",
        "if tx < 1:",
        "    for k in range(64):",
        "        S[k] = A[k]",
        "    B[0] = S[3] + S[4]");
  }

  @Test
  void versionsOfABufferAreToldApart() {
    String text =
        TvmScript.print(
            new InsertBarriers()
                .apply(
                    kernel(
                        "s = T.allocate([128], \"float32\", \"shared\")",
                        "S = T.decl_buffer((128,), data=s, scope=\"shared\")",
                        "S[tx] = A[tx]",
                        "for k in range(7):",
                        "    S[(k + 1) % 2 * 64 + tx] = A[tx]",
                        "    B[bx * 64 + tx] = S[k % 2 * 64 + 63 - tx]"),
                    TARGET));
    assertThat(text.split("tvm_storage_sync", -1)).as(text).hasSize(2);
  }
}
