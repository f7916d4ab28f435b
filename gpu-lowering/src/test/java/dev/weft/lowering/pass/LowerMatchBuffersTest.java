package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.LoweringException;
import org.junit.jupiter.api.Test;

class LowerMatchBuffersTest {
  private static final BeforeAfter LOWER = new BeforeAfter(new LowerMatchBuffers());

  @Test
  void accessesOfAViewBecomeAccessesOfItsRegion() {
    LOWER.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8, 64))):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    a = T.match_buffer(A[i, 16:48], (32,), strides=("s0",), offset_factor=1)
                    c = T.match_buffer(C[i, 16:48], (32,), offset_factor=1)
                    for j in range(32):
                        c[j] = a[j] + T.Cast("float32", a.strides[0])
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8, 64))):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    for j in range(32):
                        C[i, 16 + j] = A[i, 16 + j] + T.Cast("float32", 1)
        """);
  }

  @Test
  void theOffsetIsThePlaceInTheWholeBuffer() {
    LOWER.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,), "int32")):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    a = T.match_buffer(A[i, 16:48], (32,), offset_factor=1)
                    C[i] = a.elem_offset
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,), "int32")):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    C[i] = i * 64 + 16
        """);
  }

  @Test
  void aViewOfAViewCountsFromTheOuterOnesStart() {
    LOWER.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,))):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    a = T.match_buffer(A[i, 16:48], (32,), offset_factor=1)
                    with T.block(""):
                        T.reads()
                        T.writes()
                        b = T.match_buffer(a[4:12], (8,), offset_factor=1)
                        C[i] = b[3]
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,))):
            for i in range(8):
                with T.block(""):
                    T.reads()
                    T.writes()
                    with T.block(""):
                        T.reads()
                        T.writes()
                        C[i] = A[i, 16 + 4 + 3]
        """);
  }

  @Test
  void aViewThatDoesNotFitItsRegionIsRefused() {
    String function =
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,))):
            for i in range(8):
                with T.block("row"):
                    T.reads()
                    T.writes()
                    a = T.match_buffer(A[i, 0:64], (64,), strides=(2,), offset_factor=1)
                    C[i] = a[3]
        """;
    assertThatThrownBy(() -> LOWER.of(function))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("view 'a' of block 'row'")
        .hasMessageContaining("a stride that differs");
  }
}
