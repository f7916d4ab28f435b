package dev.weft.lowering.pass;

import org.junit.jupiter.api.Test;

class HoistGuardsTest {
  private static final BeforeAfter HOIST = new BeforeAfter(new HoistGuards());

  @Test
  void whatTheLoopDoesNotChangeMovesOut() {
    HOIST.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32, m: T.int32):
            for i in range(8):
                for k in range(8):
                    if i < n and k < m and i * 8 + k < 60:
                        A[i * 8 + k] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32, m: T.int32):
            for i in range(8):
                if i < n:
                    for k in range(8):
                        if k < m and i * 8 + k < 60:
                            A[i * 8 + k] = T.float32(0)
        """);
  }

  @Test
  void aConditionMovesOutOfAllLoopsThatDontChangeIt() {
    HOIST.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32):
            for i in range(8):
                for k in range(8):
                    if n < 5:
                        A[i * 8 + k] = T.float32(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32):
            if n < 5:
                for i in range(8):
                    for k in range(8):
                        A[i * 8 + k] = T.float32(0)
        """);
  }

  @Test
  void conditionsThatReadMemoryOrHaveAnotherBranchStay() {
    HOIST.assertUnchanged(
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32):
            for i in range(8):
                if A[0] < T.float32(1):
                    A[i] = A[i] + T.float32(1)
        """);
    HOIST.assertUnchanged(
        """
        @T.prim_func
        def f(A: T.Buffer((64,)), n: T.int32):
            for i in range(8):
                if n < 5:
                    A[i] = T.float32(0)
                else:
                    A[i] = T.float32(1)
        """);
  }
}
