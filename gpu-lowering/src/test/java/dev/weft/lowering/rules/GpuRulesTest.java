package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.simt.SimtChecks;
import dev.weft.lowering.simt.SimtCounts;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Default schedules for GPUs: right on the SIMT interpreter, and with the accesses they promise.
 */
class GpuRulesTest {
  private static final Target TARGET = Target.parse("simt");

  private static DefaultSchedules.Decision decide(PrimFunc function) {
    return DefaultSchedules.decide(function, TARGET);
  }

  private static void assertRight(PrimFunc function, String... rules) {
    DefaultSchedules.Decision decision = decide(function);
    assertThat(decision.steps().stream().map(DefaultSchedules.Step::rule))
        .as("%s", decision.steps())
        .containsExactly(rules);
    assertThat(SimtChecks.problems(function, decision.function(), TARGET))
        .as(() -> TvmScript.print(decision.function()))
        .isEmpty();
  }

  private static List<SimtCounts> counts(PrimFunc function) {
    return SimtChecks.counts(decide(function).function(), TARGET);
  }

  private static PrimFunc script(String text, Object... args) {
    return TvmScript.parseFunction("@T.prim_func\n" + text.formatted(args));
  }

  /** The sum of rows. */
  static PrimFunc rows(int rows, int columns, String dtype) {
    return script(
        """
        def rows(A: T.Buffer((%1$s, %2$s), "%3$s"), B: T.Buffer((%1$s,), "%3$s")):
            for i, k in T.grid(%1$s, %2$s):
                with T.block("B"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        B[vi] = T.%3$s(0)
                    B[vi] = B[vi] + A[vi, vk]
        """,
        rows, columns, dtype);
  }

  private static PrimFunc columns(int rows, int columns) {
    return script(
        """
        def columns(A: T.Buffer((%1$s, %2$s)), B: T.Buffer((%2$s,))):
            for j, k in T.grid(%2$s, %1$s):
                with T.block("B"):
                    vj, vk = T.axis.remap("SR", [j, k])
                    with T.init():
                        B[vj] = T.float32("-inf")
                    B[vj] = T.max(B[vj], A[vk, vj])
        """,
        rows, columns);
  }

  private static PrimFunc gemv(int m, int k, boolean transposed) {
    return script(
        """
        def gemv(A: T.Buffer((%1$s, %2$s)), x: T.Buffer((%4$s,)), y: T.Buffer((%5$s,)),
                 b: T.Buffer((%5$s,))):
            t = T.alloc_buffer((%5$s,))
            for i, k in T.grid(%5$s, %4$s):
                with T.block("t"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        t[vi] = T.float32(0)
                    t[vi] = t[vi] + A[%3$s] * x[vk]
            for i in range(%5$s):
                with T.block("y"):
                    vi = T.axis.spatial(%5$s, i)
                    y[vi] = T.max(t[vi] + b[vi], T.float32(0))
        """,
        m, k, transposed ? "vk, vi" : "vi, vk", transposed ? m : k, transposed ? k : m);
  }

  private static PrimFunc softmax(int rows, int columns) {
    return script(
        """
        def softmax(A: T.Buffer((%1$s, %2$s)), B: T.Buffer((%1$s, %2$s))):
            M = T.alloc_buffer((%1$s,))
            E = T.alloc_buffer((%1$s, %2$s))
            S = T.alloc_buffer((%1$s,))
            for i, k in T.grid(%1$s, %2$s):
                with T.block("M"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        M[vi] = T.float32("-inf")
                    M[vi] = T.max(M[vi], A[vi, vk])
            for i, j in T.grid(%1$s, %2$s):
                with T.block("E"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    E[vi, vj] = T.exp(A[vi, vj] - M[vi])
            for i, k in T.grid(%1$s, %2$s):
                with T.block("S"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        S[vi] = T.float32(0)
                    S[vi] = S[vi] + E[vi, vk]
            for i, j in T.grid(%1$s, %2$s):
                with T.block("B"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    B[vi, vj] = E[vi, vj] / S[vi]
        """,
        rows, columns);
  }

  private static PrimFunc transpose(int n, int m, String dtype) {
    return script(
        """
        def transpose(A: T.Buffer((%1$s, %2$s), "%3$s"), B: T.Buffer((%2$s, %1$s), "%3$s")):
            for i, j in T.grid(%2$s, %1$s):
                with T.block("B"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    B[vi, vj] = A[vj, vi]
        """,
        n, m, dtype);
  }

  private static PrimFunc window(int n) {
    return script(
        """
        def window(A: T.Buffer((%2$s,)), B: T.Buffer((%1$s,))):
            for i in range(%1$s):
                with T.block("B"):
                    vi = T.axis.spatial(%1$s, i)
                    B[vi] = A[vi] + A[vi + 1] + A[vi + 2]
        """,
        n, n + 2);
  }

  private static PrimFunc pool(int channels, int size) {
    return script(
        """
        def pool(A: T.Buffer((%1$s, %3$s, %3$s)), B: T.Buffer((%1$s, %2$s, %2$s))):
            for c, h, w, r, s in T.grid(%1$s, %2$s, %2$s, 3, 3):
                with T.block("B"):
                    vc, vh, vw, vr, vs = T.axis.remap("SSSRR", [c, h, w, r, s])
                    with T.init():
                        B[vc, vh, vw] = T.float32("-inf")
                    B[vc, vh, vw] = T.max(B[vc, vh, vw], A[vc, vh + vr, vw + vs])
        """,
        channels, size, size + 2);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 128, float32", "3, 1000, float32", "17, 33, float32", "2, 5000, float32",
    "12, 4096, float16", "40, 100, int32", "5, 77, float64", "9, 300, bfloat16"
  })
  void sumsOfRows(int rows, int columns, String dtype) {
    assertRight(rows(rows, columns, dtype), "reduction-gpu");
  }

  @ParameterizedTest
  @CsvSource({"1, 65536", "2, 40000", "1, 98304"})
  void longSumsInTwoPasses(int rows, int columns) {
    PrimFunc function = rows(rows, columns, "float32");
    assertThat(decide(function).steps()).hasSize(2);
    assertThat(SimtChecks.problems(function, decide(function).function(), TARGET)).isEmpty();
    SimtCounts first = counts(function).getFirst();
    assertThat(first.blocks()).isGreaterThan(4);
  }

  @ParameterizedTest
  @CsvSource({"256, 64", "300, 100", "128, 33", "1000, 7"})
  void maximaOfColumns(int rows, int columns) {
    assertRight(columns(rows, columns), "reduction-gpu");
  }

  @ParameterizedTest
  @CsvSource({"128, 256, false", "100, 300, false", "256, 96, true", "300, 50, true"})
  void productsOfAMatrixAndAVector(int m, int k, boolean transposed) {
    PrimFunc function = gemv(m, k, transposed);
    DefaultSchedules.Decision decision = decide(function);
    assertThat(decision.steps().getFirst().rule()).isEqualTo("reduction-gpu");
    assertThat(SimtChecks.problems(function, decision.function(), TARGET)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"64, 128", "3, 1000", "5, 2049", "7, 33"})
  void softmaxInOneKernel(int rows, int columns) {
    PrimFunc function = softmax(rows, columns);
    assertRight(function, "staged-rows-gpu");
    assertThat(counts(function)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, float32",
    "100, 33, float32",
    "31, 65, int8",
    "64, 96, float16",
    "70, 40, float64"
  })
  void transposesThroughSharedMemory(int n, int m, String dtype) {
    assertRight(transpose(n, m, dtype), "transpose-gpu");
  }

  @ParameterizedTest
  @CsvSource({"1024", "1000", "77"})
  void windowSums(int n) {
    assertRight(window(n), "stencil-gpu");
  }

  @ParameterizedTest
  @CsvSource({"3, 32", "2, 31", "1, 7"})
  void pooling(int channels, int size) {
    assertRight(pool(channels, size), "stencil-gpu");
  }

  @Test
  void transposeIsCoalescedBothWaysAndWithoutBankConflicts() {
    for (String dtype : List.of("float32", "float16")) {
      SimtCounts counts = counts(transpose(128, 96, dtype)).getFirst();
      assertThat(counts.globalLoads().sectors()).isEqualTo(counts.globalLoads().idealSectors());
      assertThat(counts.globalStores().sectors()).isEqualTo(counts.globalStores().idealSectors());
      assertThat(counts.sharedLoads().bankConflicts()).isZero();
      assertThat(counts.sharedStores().bankConflicts()).isZero();
    }
  }

  @Test
  void rowsAreReadInWholeTransactions() {
    for (PrimFunc function : List.of(rows(32, 1024, "float32"), softmax(32, 1024))) {
      SimtCounts counts = counts(function).getFirst();
      assertThat(counts.globalLoads().sectors()).isEqualTo(counts.globalLoads().idealSectors());
      assertThat(counts.sharedLoads().bankConflicts()).isZero();
    }
  }

  @Test
  void aWindowIsReadFromGlobalMemoryOnce() {
    SimtCounts counts = counts(window(1024)).getFirst();
    assertThat(counts.globalLoads().bytes()).isEqualTo(8 * 130 * 4);
  }
}
