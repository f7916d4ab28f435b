package dev.weft.codegen.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.script.TvmScript;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Threads of a block become loops between the barriers. */
class ThreadLoopsTest {
  private static final String HEADER =
      """
      @T.prim_func
      def f(A: T.Buffer((64,), "float32"), C: T.Buffer((64,), "float32")):
          T.func_attr({"global_symbol": "f"})
          tx = T.launch_thread("threadIdx.x", 4)
      """;

  @Test
  void withoutBarriersThereIsOneLoop() {
    assertThat(
            serial(
                """
                    C[tx] = A[tx]
                    C[tx + 4] = A[tx]
                """))
        .endsWith(
            """
            for tx in range(4):
                C[tx] = A[tx]
                C[tx + 4] = A[tx]
            """);
  }

  @Test
  void whatStandsBetweenBarriersGetsALoopOfItsOwn() {
    assertThat(
            serial(
                """
                    s = T.allocate([4], "float32", "shared")
                    S = T.decl_buffer((4,), data=s, scope="shared")
                    for k in range(8):
                        S[tx] = A[k * 4 + tx]
                        T.tvm_storage_sync("shared")
                        C[k * 4 + tx] = S[3 - tx]
                        T.tvm_storage_sync("shared")
                """))
        .contains(
            """
            for k in range(8):
                for tx in range(4):
                    S[tx] = A[k * 4 + tx]
                for tx in range(4):
                    C[k * 4 + tx] = S[3 - tx]
            """);
  }

  @Test
  void whatAThreadKeepsOverABarrierHasAPartForEachThread() {
    String text =
        serial(
            """
                l = T.allocate([2], "float32", "local")
                L = T.decl_buffer((2,), data=l, scope="local")
                L[1] = A[tx]
                T.tvm_storage_sync("shared")
                C[tx] = L[1]
            """);

    assertThat(text).contains("T.allocate([8], \"float32\", \"local\")");
    assertThat(text).contains("[tx * 2 + 1] = A[tx]");
    assertThat(text).contains("C[tx] = ").contains("[tx * 2 + 1]\n");
  }

  @Test
  void aBarrierThatNotAllThreadsReachIsRefused() {
    String body =
        """
            if tx < 2:
                T.tvm_storage_sync("shared")
        """;

    assertThatThrownBy(() -> serial(body))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining(
            "a barrier depends on a condition that may differ between the threads");
  }

  @Test
  void aBarrierInALoopWhoseLengthDiffersIsRefused() {
    String body =
        """
            for k in range(tx):
                T.tvm_storage_sync("shared")
        """;

    assertThatThrownBy(() -> serial(body))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("the extent of loop 'k'");
  }

  private static String serial(String body) {
    PrimFunc function = TvmScript.parseFunction(HEADER + body);
    Map<IterVar, Expr> axes = new LinkedHashMap<>();
    Stmt inner = function.body();
    while (inner instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt next)) {
      axes.put(axis, extent);
      inner = next;
    }
    return TvmScript.print(ThreadLoops.of(inner, axes, "f"));
  }
}
