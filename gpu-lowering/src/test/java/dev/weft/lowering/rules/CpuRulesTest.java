package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.PassTrace;
import dev.weft.lowering.StreamingStores;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

/** What default schedules for CPUs promise; that they compute the same is tested with kernels. */
class CpuRulesTest {
  private static final Target TARGET = Target.openclCpu();

  private static PrimFunc script(String text, Object... args) {
    return TvmScript.parseFunction("@T.prim_func\n" + text.formatted(args));
  }

  private static String scheduled(PrimFunc function, String... rules) {
    DefaultSchedules.Decision decision = DefaultSchedules.decide(function, TARGET);
    assertThat(decision.steps().stream().map(DefaultSchedules.Step::rule)).containsExactly(rules);
    return TvmScript.print(decision.function());
  }

  /** Rows less their mean, squared: the difference is used, but costs less than its buffer. */
  private static PrimFunc centred(int rows, int columns) {
    return script(
        """
        def centred(A: T.Buffer((%1$s, %2$s), "float32"), B: T.Buffer((%1$s, %2$s), "float32")):
            total = T.alloc_buffer((%1$s,), "float32")
            less = T.alloc_buffer((%1$s, %2$s), "float32")
            for i, k in T.grid(%1$s, %2$s):
                with T.block("total"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        total[vi] = T.float32(0)
                    total[vi] = total[vi] + A[vi, vk]
            for i, j in T.grid(%1$s, %2$s):
                with T.block("less"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    less[vi, vj] = A[vi, vj] - total[vi] / T.float32(%2$s)
            for i, j in T.grid(%1$s, %2$s):
                with T.block("B"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    B[vi, vj] = less[vi, vj] * less[vi, vj]
        """,
        rows, columns);
  }

  @Test
  void stagesThatAreCheapHaveNoBuffer() {
    assertThat(scheduled(centred(64, 96), "staged-rows")).doesNotContain("less");
  }

  @Test
  void onlyLargeResultsGoPastTheCaches() {
    assertThat(scheduled(centred(2048, 1024), "staged-rows")).contains(StreamingStores.KEY);
    assertThat(scheduled(centred(64, 1024), "staged-rows")).doesNotContain(StreamingStores.KEY);
  }

  @Test
  void shortRowsShareThreads() {
    assertThat(scheduled(centred(2048, 64), "staged-rows"))
        .contains("T.thread_binding(16, thread=\"blockIdx.x\")");
  }

  /** Read in vectors, written in vectors: no element is moved alone. */
  @Test
  void transposesGoThroughRegisters() {
    PrimFunc transpose =
        script(
            """
            def transpose(A: T.Buffer((64, 96), "float32"), B: T.Buffer((96, 64), "float32")):
                for i, j in T.grid(96, 64):
                    with T.block("B"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        B[vi, vj] = A[vj, vi]
            """);
    DefaultSchedules.Decision decision = DefaultSchedules.decide(transpose, TARGET);
    assertThat(decision.steps().getFirst().rule()).isEqualTo("transpose-cpu");
    String lowered = TvmScript.print(Lowering.run(decision.function(), TARGET, PassTrace.NONE));
    assertThat(lowered).contains("\"float32x8\"").doesNotContain("T.decl_buffer((64,)");
  }
}
