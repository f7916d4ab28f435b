package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionLoopsTest {
  private static final Target GPU = Target.parse("simt");
  private static final Target CPU = Target.openclCpu();

  private static PrimFunc kernel(String... lines) {
    return TvmScript.parseFunction(
        "@T.prim_func\ndef kernel(A: T.Buffer((4096,), \"float32\"), B: T.Buffer((4096,),"
            + " \"float32\")):\n    "
            + String.join("\n    ", lines)
            + "\n");
  }

  private static void assertBecomes(Target target, PrimFunc before, PrimFunc after) {
    PrimFunc actual = new PartitionLoops().apply(before, target);
    assertThat(StructuralEqual.check(actual, after)).as(TvmScript.print(actual)).isEmpty();
  }

  private static void assertUnchanged(Target target, String... lines) {
    assertBecomes(target, kernel(lines), kernel(lines));
  }

  @Test
  void serialLoopIsCutWhereItsGuardEnds() {
    assertBecomes(
        GPU,
        kernel(
            "tx = T.launch_thread(\"threadIdx.x\", 8)",
            "for k, i in T.grid(126, 8):",
            "    if k * 8 + i < 1003:",
            "        B[tx * 1003 + k * 8 + i] = A[tx * 1003 + k * 8 + i]"),
        kernel(
            "tx = T.launch_thread(\"threadIdx.x\", 8)",
            "for k, i in T.grid(125, 8):",
            "    B[tx * 1003 + k * 8 + i] = A[tx * 1003 + k * 8 + i]",
            "for i in range(3):",
            "    B[tx * 1003 + i + 1000] = A[tx * 1003 + i + 1000]"));
  }

  @Test
  void guardsAtBothEndsCutTwice() {
    assertBecomes(
        CPU,
        kernel(
            "bx = T.launch_thread(\"blockIdx.x\", 4)",
            "for h in range(56):",
            "    B[bx * 56 + h] = T.if_then_else(1 <= h and h < 55, A[bx * 54 + h - 1],"
                + " T.float32(0))"),
        kernel(
            "bx = T.launch_thread(\"blockIdx.x\", 4)",
            "B[bx * 56] = T.float32(0)",
            "for h in range(1, 55):",
            "    B[bx * 56 + h] = A[bx * 54 + h - 1]",
            "B[bx * 56 + 55] = T.float32(0)"));
  }

  @Test
  void tilesInsideAndAtTheEdgeGetBodiesOfTheirOwn() {
    assertBecomes(
        CPU,
        kernel(
            "bx = T.launch_thread(\"blockIdx.x\", 72)",
            "for r in range(14):",
            "    if bx * 14 + r < 1000:",
            "        B[bx * 14 + r] = A[bx * 14 + r]"),
        kernel(
            "bx = T.launch_thread(\"blockIdx.x\", 72)",
            "if bx < 71:",
            "    for r in range(14):",
            "        B[bx * 14 + r] = A[bx * 14 + r]",
            "else:",
            "    for r in range(6):",
            "        B[r + 994] = A[r + 994]"));
  }

  @Test
  void symbolicSizesGetALoopOfSymbolicLengthAtTheEdge() {
    String head =
        """
        @T.prim_func
        def kernel(a: T.handle, b: T.handle, n: T.int32):
            A = T.match_buffer(a, (n,), "float32")
            B = T.match_buffer(b, (n,), "float32")
            bx = T.launch_thread("blockIdx.x", (n + 13) // 14)
        """;
    assertBecomes(
        CPU,
        TvmScript.parseFunction(
            head
                + """
                    for r in range(14):
                        if bx * 14 + r < n:
                            B[bx * 14 + r] = A[bx * 14 + r]
                """),
        TvmScript.parseFunction(
            head
                + """
                    if bx * 14 + 13 < n:
                        for r in range(14):
                            B[bx * 14 + r] = A[bx * 14 + r]
                    else:
                        for r in range(n - bx * 14):
                            B[bx * 14 + r] = A[bx * 14 + r]
                """));
  }

  @Test
  void guardOverALoopAndThreadsIsCutForAllThreads() {
    assertBecomes(
        GPU,
        kernel(
            "tx = T.launch_thread(\"threadIdx.x\", 128)",
            "for a in range(3):",
            "    if a * 128 + tx < 300:",
            "        B[a * 128 + tx] = A[a * 128 + tx]"),
        kernel(
            "tx = T.launch_thread(\"threadIdx.x\", 128)",
            "for a in range(2):",
            "    B[a * 128 + tx] = A[a * 128 + tx]",
            "if tx < 44:",
            "    B[tx + 256] = A[tx + 256]"));
  }

  @Test
  void threadsThatShareMemoryTakeOneWay() {
    PrimFunc after =
        new PartitionLoops()
            .apply(
                kernel(
                    "bx = T.launch_thread(\"blockIdx.x\", 5)",
                    "tx = T.launch_thread(\"threadIdx.x\", 32)",
                    "s = T.allocate([128], \"float32\", \"shared\")",
                    "S = T.decl_buffer((128,), data=s, scope=\"shared\")",
                    "for r in range(4):",
                    "    if bx * 128 + tx * 4 + r < 517:",
                    "        S[tx * 4 + r] = A[bx * 128 + tx * 4 + r]",
                    "T.tvm_storage_sync(\"shared\")",
                    "for r in range(4):",
                    "    if bx * 128 + tx * 4 + r < 517:",
                    "        B[bx * 128 + tx * 4 + r] = S[tx * 4 + r]"),
                GPU);
    assertThat(TvmScript.print(after)).contains("if bx < 4:").doesNotContain("if bx * 128");
  }

  @Test
  void ignoredAndDataDependentConditionsStay() {
    assertUnchanged(
        GPU,
        "tx = T.launch_thread(\"threadIdx.x\", 8)",
        "for k in range(8):",
        "    if T.ignore_loop_partition(k * 8 + tx < 60):",
        "        B[tx * 8 + k] = A[tx]");
    assertUnchanged(
        GPU,
        "tx = T.launch_thread(\"threadIdx.x\", 8)",
        "for k in range(8):",
        "    if A[k] < T.float32(3):",
        "        B[tx * 8 + k] = A[tx]");
  }

  @Test
  void aGuardOutsideOfAllLoopsCostsNothing() {
    assertUnchanged(
        GPU,
        "bx = T.launch_thread(\"blockIdx.x\", 8)",
        "tx = T.launch_thread(\"threadIdx.x\", 128)",
        "if bx * 128 + tx < 1000:",
        "    B[bx * 128 + tx] = A[bx * 128 + tx]");
  }

  @Test
  void chosenValuesAreCutOnGpusWhereAHintAsksForIt() {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 8)",
      "for h in range(56):",
      "    B[tx * 56 + h] = T.if_then_else(h < 55, A[tx * 56 + h], T.float32(0))"
    };
    assertUnchanged(GPU, lines);
    PrimFunc hinted =
        kernel(
            lines[0],
            "for h in T.serial(56, annotations={\"pragma_loop_partition_hint\": 1}):",
            lines[2]);
    assertBecomes(
        GPU,
        hinted,
        kernel(
            lines[0],
            "for h in range(55):",
            "    B[tx * 56 + h] = A[tx * 56 + h]",
            "B[tx * 56 + 55] = T.float32(0)"));
  }

  @Test
  void codeGrowthIsBounded() {
    String[] lines = new String[803];
    lines[0] = "bx = T.launch_thread(\"blockIdx.x\", 72)";
    lines[1] = "for r in range(14):";
    lines[2] = "    if bx * 14 + r < 1000:";
    for (int i = 3; i < lines.length; i++) {
      lines[i] = "        B[bx * 14 + r] = A[bx * 14 + r] + T.float32(" + i + ")";
    }
    assertUnchanged(CPU, lines);
  }

  /** A matrix product with tiles that stick out on all sides. */
  private static PrimFunc product(int m, int n, int k) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def product(A: T.Buffer((%1$s, %3$s)), B: T.Buffer((%3$s, %2$s)), C: T.Buffer((%1$s, %2$s))):
            for i, j, k in T.grid(%1$s, %2$s, %3$s):
                with T.block("C"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        C[vi, vj] = T.float32(0)
                    C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
        """
            .formatted(m, n, k));
  }

  private static PrimFunc tiled(PrimFunc function, boolean threads) {
    Schedule schedule = Schedule.of(function);
    BlockRef block = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, 6);
    List<LoopRef> j = schedule.split(loops.get(1), null, 16);
    List<LoopRef> k = schedule.split(loops.get(2), null, 5);
    schedule.reorder(i.get(0), j.get(0), k.get(0), k.get(1), i.get(1), j.get(1));
    schedule.bind(i.get(0), ThreadTag.BLOCK_IDX_X);
    schedule.bind(j.get(0), threads ? ThreadTag.THREAD_IDX_X : ThreadTag.BLOCK_IDX_Y);
    schedule.unroll(i.get(1));
    schedule.vectorize(j.get(1));
    schedule.decomposeReduction(block, k.get(0));
    return schedule.function();
  }

  @ParameterizedTest
  @CsvSource({"13, 33, 11, false", "12, 35, 7, true", "7, 16, 5, false", "5, 3, 2, true"})
  void oddProductsAreRight(int m, int n, int k, boolean threads) {
    PrimFunc function = product(m, n, k);
    PrimFunc scheduled = tiled(function, threads);
    assertThat(SimtChecks.problems(function, scheduled, GPU)).isEmpty();
    assertThat(SimtChecks.problems(function, scheduled, CPU)).isEmpty();
  }

  @Test
  void insideOfAProductThereAreNoConditions() {
    PrimFunc lowered = Lowering.run(tiled(product(13, 33, 11), false), CPU, (n, p, f, t) -> {});
    int[] inLoops = {0};
    new IrWalker() {
      private int loops;

      @Override
      public void stmt(Stmt node) {
        loops += node instanceof Stmt.For ? 1 : 0;
        inLoops[0] += loops > 0 && node instanceof Stmt.If ? 1 : 0;
        super.stmt(node);
        loops -= node instanceof Stmt.For ? 1 : 0;
      }

      @Override
      public void expr(Expr node) {}
    }.stmt(lowered.body());
    assertThat(inLoops[0]).as(TvmScript.print(lowered)).isZero();
  }
}
