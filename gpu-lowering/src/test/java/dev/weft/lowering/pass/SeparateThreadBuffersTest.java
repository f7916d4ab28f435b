package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

class SeparateThreadBuffersTest {
  private static PrimFunc function(String outer, String allocation, String... body) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def rows(A: T.Buffer((8, 16)), C: T.Buffer((8, 16))):
            for i in %s:
                with T.block("row"):
                    vi = T.axis.spatial(8, i)
                    T.reads(A[vi, 0:16])
                    T.writes(C[vi, 0:16])
                    B = %s
                    for j in T.thread_binding(16, thread="threadIdx.x"):
        """
                .formatted(outer, allocation)
            + "                "
            + String.join("\n                ", body)
            + "\n");
  }

  private static PrimFunc before(String outer, String scope) {
    return function(
        outer,
        "T.alloc_buffer((16,), scope=\"" + scope + "\")",
        "with T.block(\"B\"):",
        "    vj = T.axis.spatial(16, j)",
        "    T.reads(A[vi, vj])",
        "    T.writes(B[vj])",
        "    B[vj] = A[vi, vj]",
        "with T.block(\"C\"):",
        "    vj = T.axis.spatial(16, j)",
        "    T.reads(B[vj])",
        "    T.writes(C[vi, vj])",
        "    C[vi, vj] = B[vj]");
  }

  private static PrimFunc separated(PrimFunc function) {
    return new SeparateThreadBuffers().apply(function, Target.parse("simt"));
  }

  @Test
  void aBufferOfEachIterationHasAPartForEachBlock() {
    String outer = "T.thread_binding(8, thread=\"blockIdx.x\")";
    PrimFunc expected =
        function(
            outer,
            "T.alloc_buffer((8, 16))",
            "with T.block(\"B\"):",
            "    vj = T.axis.spatial(16, j)",
            "    T.reads(A[vi, vj])",
            "    T.writes(B[i, vj])",
            "    B[i, vj] = A[vi, vj]",
            "with T.block(\"C\"):",
            "    vj = T.axis.spatial(16, j)",
            "    T.reads(B[i, vj])",
            "    T.writes(C[vi, vj])",
            "    C[vi, vj] = B[i, vj]");
    PrimFunc actual = separated(before(outer, "global"));
    assertThat(StructuralEqual.check(actual, expected)).as(TvmScript.print(actual)).isEmpty();
  }

  @Test
  void doesNotFireOutsideOfBoundLoopsAndForOtherMemory() {
    PrimFunc serial = before("range(8)", "global");
    assertThat(separated(serial).body()).isSameAs(serial.body());
    PrimFunc shared = before("T.thread_binding(8, thread=\"blockIdx.x\")", "shared");
    assertThat(StructuralEqual.check(separated(shared), shared)).isEmpty();
  }

  private static String sharedRows(String allocation, String part, String inner) {
    return """
    @T.prim_func
    def rows(A: T.Buffer((8, 16)), C: T.Buffer((8, 16))):
        for i in T.thread_binding(8, thread="threadIdx.x"):
            with T.block("row"):
                vi = T.axis.spatial(8, i)
                T.reads(A[vi, 0:16])
                T.writes(C[vi, 0:16])
                B = T.alloc_buffer(%s, scope="shared")
                for j in %s:
                    with T.block("B"):
                        vj = T.axis.spatial(16, j)
                        T.reads(A[vi, vj])
                        T.writes(B[%svj])
                        B[%svj] = A[vi, vj]
    """
        .formatted(allocation, inner, part, part);
  }

  @Test
  void sharedMemoryOfEachThreadHasAPartForEach() {
    new BeforeAfter(new SeparateThreadBuffers())
        .assertBecomes(
            sharedRows("(16,)", "", "range(16)"), sharedRows("(8, 16)", "i, ", "range(16)"));
  }

  @Test
  void threadsThatFillABufferTogetherShareIt() {
    String inner = "T.thread_binding(16, thread=\"threadIdx.x\")";
    new BeforeAfter(new SeparateThreadBuffers()).assertUnchanged(sharedRows("(16,)", "", inner));
  }

  @Test
  void aPointerToSuchABufferIsRefused() {
    PrimFunc function =
        function(
            "T.thread_binding(8, thread=\"blockIdx.x\")",
            "T.alloc_buffer((16,))",
            "T.evaluate(T.call_extern(\"int32\", \"fill\", B.data))");
    assertThatThrownBy(() -> separated(function))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("buffer 'B'")
        .hasMessageContaining("pointer");
  }
}
