package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import org.junit.jupiter.api.Test;

class UnifyThreadBindingsTest {
  private static final BeforeAfter UNIFY = new BeforeAfter(new UnifyThreadBindings());

  @Test
  void ofLoopsSideBySideTheLargestDecides() {
    UNIFY.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((4, 32)), B: T.Buffer((4, 32))):
            for i in T.thread_binding(4, thread="blockIdx.x"):
                for j in T.thread_binding(8, thread="threadIdx.x"):
                    A[i, j] = T.float32(0)
                for j in T.thread_binding(32, thread="threadIdx.x"):
                    B[i, j] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((4, 32)), B: T.Buffer((4, 32))):
            bx = T.launch_thread("blockIdx.x", 4)
            tx = T.launch_thread("threadIdx.x", 32)
            if tx < 8:
                A[0 + bx, 0 + tx] = T.float32(0)
            B[0 + bx, 0 + tx] = T.float32(0)
        """);
  }

  @Test
  void whatAllBlocksWouldWriteIsRefused() {
    String function =
        """
        @T.prim_func
        def f(A: T.Buffer((4, 32)), B: T.Buffer((4,))):
            for i in range(4):
                for j in T.thread_binding(32, thread="blockIdx.x"):
                    A[i, j] = T.float32(0)
                B[i] = B[i] + A[i, 0]
        """;
    assertThatThrownBy(() -> UNIFY.of(function))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("'B' is written outside of the loops bound to blockIdx.x");
  }

  @Test
  void anInnerLoopThatNeedsTheOuterOnesVariableIsRefused() {
    String function =
        """
        @T.prim_func
        def f(A: T.Buffer((4, 4))):
            for i in T.thread_binding(4, thread="threadIdx.x"):
                for j in T.thread_binding(4, thread="threadIdx.x"):
                    A[i, j] = T.float32(0)
        """;
    assertThatThrownBy(() -> UNIFY.of(function))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("loop 'j', bound to threadIdx.x, is within loop 'i'")
        .hasMessageContaining("depends on both");
  }

  @Test
  void anInnerLoopOfItsOwnIsTheSameThreads() {
    UNIFY.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((4,)), B: T.Buffer((4,))):
            for i in T.thread_binding(4, thread="threadIdx.x"):
                for j in T.thread_binding(4, thread="threadIdx.x"):
                    A[j] = T.float32(0)
                B[i] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((4,)), B: T.Buffer((4,))):
            tx = T.launch_thread("threadIdx.x", 4)
            A[0 + tx] = T.float32(0)
            B[0 + tx] = T.float32(0)
        """);
  }
}
