package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import org.junit.jupiter.api.Test;

class InjectVirtualThreadsTest {
  private static final BeforeAfter VIRTUAL = new BeforeAfter(new InjectVirtualThreads());

  @Test
  void buffersThatDifferGetADimensionAndWhatIsTheSameRunsOnce() {
    VIRTUAL.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), B: T.Buffer((2,)), C: T.Buffer((2,))):
            with T.block("root"):
                T.reads()
                T.writes()
                for v in T.thread_binding(2, thread="vthread.x"):
                    with T.block(""):
                        T.reads()
                        T.writes()
                        acc = T.alloc_buffer((1,), scope="local")
                        S = T.alloc_buffer((1,), scope="local")
                        acc[0] = T.float32(0)
                        for k in range(64):
                            S[0] = A[k]
                            acc[0] = acc[0] + S[0] * B[v]
                        C[v] = acc[0]
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), B: T.Buffer((2,)), C: T.Buffer((2,))):
            with T.block("root"):
                T.reads()
                T.writes()
                with T.block(""):
                    T.reads()
                    T.writes()
                    acc = T.alloc_buffer((2, 1), scope="local")
                    S = T.alloc_buffer((1,), scope="local")
                    for v in T.unroll(2):
                        acc[v, 0] = T.float32(0)
                    for k in range(64):
                        S[0] = A[k]
                        for v in T.unroll(2):
                            acc[v, 0] = acc[v, 0] + S[0] * B[v]
                    for v in T.unroll(2):
                        C[v] = acc[v, 0]
        """);
  }

  @Test
  void aConditionThatDiffersRunsForEach() {
    VIRTUAL.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8,)), n: T.int32):
            for v in T.thread_binding(4, thread="vthread.x"):
                for k in range(2):
                    if v * 2 + k < n:
                        A[v * 2 + k] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8,)), n: T.int32):
            for k in range(2):
                for v in T.unroll(4):
                    if v * 2 + k < n:
                        A[v * 2 + k] = T.float32(0)
        """);
  }

  @Test
  void aConditionOfABlockThatAllocatesMovesIntoIt() {
    VIRTUAL.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8,)), n: T.int32):
            with T.block("root"):
                T.reads()
                T.writes()
                for v in T.thread_binding(4, thread="vthread.x"):
                    with T.block("b"):
                        T.where(v < n)
                        T.reads()
                        T.writes()
                        S = T.alloc_buffer((4,), scope="shared")
                        S[v] = A[v]
                        A[v + 4] = S[v]
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8,)), n: T.int32):
            with T.block("root"):
                T.reads()
                T.writes()
                with T.block("b"):
                    T.reads()
                    T.writes()
                    S = T.alloc_buffer((4,), scope="shared")
                    for v in T.unroll(4):
                        if v < n:
                            S[v] = A[v]
                            A[v + 4] = S[v]
        """);
  }

  @Test
  void innerVirtualThreadsComeFirst() {
    VIRTUAL.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8,))):
            for v in T.thread_binding(4, thread="vthread.x"):
                for w in T.thread_binding(2, thread="vthread.y"):
                    A[v * 2 + w] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8,))):
            for w in T.unroll(2):
                for v in T.unroll(4):
                    A[v * 2 + w] = T.float32(0)
        """);
  }

  @Test
  void aSymbolicNumberIsRefused() {
    String function =
        """
        @T.prim_func
        def f(A: T.Buffer((8,)), n: T.int32):
            for v in T.thread_binding(n, thread="vthread.x"):
                A[v] = T.float32(0)
        """;
    assertThatThrownBy(() -> VIRTUAL.of(function))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("'v'")
        .hasMessageContaining("no constant extent");
  }
}
