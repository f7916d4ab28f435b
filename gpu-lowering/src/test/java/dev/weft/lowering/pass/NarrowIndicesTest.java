package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.lowering.ScheduledFunctions;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarrowIndicesTest {
  private static final BeforeAfter NARROW = new BeforeAfter(new NarrowIndices());

  @Test
  void loopsAndIndicesOfASmallRangeBecome32Bits() {
    NARROW.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((65536,)), B: T.Buffer((65536,))):
            for i in range(T.int64(64)):
                for j in range(T.int64(1024)):
                    if i * T.int64(1024) + j < T.int64(60000):
                        B[i * T.int64(1024) + j] = A[j * T.int64(64) + i]
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((65536,)), B: T.Buffer((65536,))):
            for i in range(64):
                for j in range(1024):
                    if i * 1024 + j < 60000:
                        B[i * 1024 + j] = A[j * 64 + i]
        """);
  }

  /** As {@link UnifyThreadBindings} makes them of loops over 64 bits. */
  @Test
  void threadIndicesBecome32Bits() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 128);
    Var tx = Var.of("tx", DType.INT64);
    Expr extent = Expr.imm(DType.INT64, 128);
    Stmt store = new Stmt.Store(a, Expr.float32(0), List.of(Expr.mul(tx, 1)));
    PrimFunc wide =
        ScheduledFunctions.function("f", List.of(a), List.of(), store)
            .withBody(
                new Stmt.Attr(
                    IterVar.thread(extent, tx, ThreadTag.THREAD_IDX_X),
                    UnifyThreadBindings.THREAD_EXTENT,
                    extent,
                    store));
    PrimFunc narrow = new NarrowIndices().apply(wide, Target.parse("simt"));
    assertThat(TvmScript.print(narrow)).contains("tx = T.launch_thread(\"threadIdx.x\", 128)");
  }

  @Test
  void anIndexThatMightNotFitStays() {
    NARROW.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((T.int64(8589934592),), "int8")):
            for i in range(T.int64(65536)):
                for j in range(T.int64(131072)):
                    A[i * T.int64(131072) + j] = T.int8(0)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((T.int64(8589934592),), "int8")):
            for i in range(65536):
                for j in range(131072):
                    A[T.Cast("int64", i) * T.int64(131072) + T.Cast("int64", j)] = T.int8(0)
        """);
  }

  @Test
  void loopsOfUnknownLengthStay() {
    NARROW.assertUnchanged(
        """
        @T.prim_func
        def f(A: T.Buffer((T.int64(64),)), n: T.int64):
            for i in range(n):
                A[i % T.int64(64)] = T.float32(0)
        """);
  }

  @Test
  void dataOf64BitsStays() {
    NARROW.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((64,), "int64")):
            for i in range(T.int64(64)):
                A[i] = i * T.int64(3)
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((64,), "int64")):
            for i in range(64):
                A[i] = T.Cast("int64", i) * T.int64(3)
        """);
  }
}
