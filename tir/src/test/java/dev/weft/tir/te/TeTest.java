package dev.weft.tir.te;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TeTest {
  private static String script(PrimFunc function) {
    return TvmScript.print(function);
  }

  private static Tensor matmul(Tensor a, Tensor b) {
    ReduceAxis k = Te.reduceAxis(a.dim(1), "k");
    return Te.reduce(
        "C",
        List.of(a.dim(0), b.dim(1)),
        List.of("m", "n"),
        Map.of(),
        i -> Te.sum(Expr.mul(a.at(i.get(0), k.var()), b.at(k.var(), i.get(1))), k));
  }

  @Test
  void matmulThenRelu() {
    Tensor a = Te.placeholder("A", DType.FLOAT32, 128, 64);
    Tensor b = Te.placeholder("B", DType.FLOAT32, 64, 32);
    Tensor c = matmul(a, b);
    Tensor d = Te.compute("D", c.shape(), i -> Expr.max(c.at(i), Expr.float32(0)));
    assertThat(script(Te.primFunc("main", a, b, d)))
        .isEqualTo(
            """
            # from tvm.script import tir as T

            @T.prim_func
            def main(A: T.Buffer((128, 64), "float32"), B: T.Buffer((64, 32), "float32"), \
            D: T.Buffer((128, 32), "float32")):
                T.func_attr({"tir.noalias": T.bool(True)})
                # with T.block("root"):
                C = T.alloc_buffer((128, 32))
                for i0, i1, i2 in T.grid(128, 32, 64):
                    with T.block("C"):
                        m, n, k = T.axis.remap("SSR", [i0, i1, i2])
                        T.reads(A[m, k], B[k, n])
                        T.writes(C[m, n])
                        with T.init():
                            C[m, n] = T.float32(0.0)
                        C[m, n] = C[m, n] + A[m, k] * B[k, n]
                for i0, i1 in T.grid(128, 32):
                    with T.block("D"):
                        v0, v1 = T.axis.remap("SS", [i0, i1])
                        T.reads(C[v0, v1])
                        T.writes(D[v0, v1])
                        D[v0, v1] = T.max(C[v0, v1], T.float32(0.0))
            """);
    assertThat(script(Te.primFunc("main", a, b, c, d))).doesNotContain("alloc_buffer");
  }

  @Test
  void symbolicDimensions() {
    Var n = Var.of("n", DType.INT64);
    Tensor a = Te.placeholder("A", DType.FLOAT16, List.of(n, Expr.imm(DType.INT64, 4)));
    Tensor b = Te.compute("B", a.shape(), i -> Expr.add(a.at(i), a.at(i)));
    assertThat(script(Te.primFunc("twice", a, b)))
        .isEqualTo(
            """
            # from tvm.script import tir as T

            @T.prim_func
            def twice(var_A: T.handle, var_B: T.handle):
                T.func_attr({"tir.noalias": T.bool(True)})
                n = T.int64()
                A = T.match_buffer(var_A, (n, T.int64(4)), "float16")
                B = T.match_buffer(var_B, (n, T.int64(4)), "float16")
                # with T.block("root"):
                for i0, i1 in T.grid(n, T.int64(4)):
                    with T.block("B"):
                        v0, v1 = T.axis.remap("SS", [i0, i1])
                        T.reads(A[v0, v1])
                        T.writes(B[v0, v1])
                        B[v0, v1] = A[v0, v1] + A[v0, v1]
            """);
  }

  @Test
  void aTupleReduction() {
    Tensor x = Te.placeholder("X", DType.FLOAT32, 8, 10);
    ReduceAxis k = Te.reduceAxis(10, "k");
    List<Tensor> best =
        Te.reduceAll(
            "best", List.of(x.dim(0)), i -> Te.argmax(k.var(), x.at(i.get(0), k.var()), k));
    String text = script(Te.primFunc("argmax", x, best.get(0)));
    assertThat(text)
        .isEqualTo(
            """
            # from tvm.script import tir as T

            @T.prim_func
            def argmax(X: T.Buffer((8, 10), "float32"), best_v0: T.Buffer((8,), "int32")):
                T.func_attr({"tir.noalias": T.bool(True)})
                # with T.block("root"):
                best_v1 = T.alloc_buffer((8,))
                for i0, i1 in T.grid(8, 10):
                    with T.block("best"):
                        v0, k = T.axis.remap("SR", [i0, i1])
                        T.reads(X[v0, k])
                        T.writes(best_v0[v0], best_v1[v0])
                        with T.init():
                            best_v0[v0] = -1
                            best_v1[v0] = T.float32("-inf")
                        v_best_v0: T.int32 = T.Select(best_v1[v0] > X[v0, k] or best_v1[v0] == \
            X[v0, k] and best_v0[v0] < k, best_v0[v0], k)
                        v_best_v1: T.float32 = T.Select(best_v1[v0] > X[v0, k], best_v1[v0], \
            X[v0, k])
                        best_v0[v0] = v_best_v0
                        best_v1[v0] = v_best_v1
            """);
  }

  @Test
  void stencilReadsAreUnited() {
    Tensor x = Te.placeholder("X", DType.INT32, 10);
    Tensor y =
        Te.compute(
            "Y",
            Expr.int32s(8),
            i ->
                Expr.add(
                    Expr.add(x.at(i.get(0)), x.at(Expr.add(i.get(0), 1))),
                    x.at(Expr.add(i.get(0), 2))));
    assertThat(script(Te.primFunc("stencil", x, y))).contains("T.reads(X[v0:v0 + 3])");
  }

  @Test
  void scalarsExternsAndReusedNames() {
    Tensor x = Te.placeholder("X", DType.FLOAT32, 4);
    ReduceAxis k = Te.reduceAxis(4, "k");
    Tensor sum = Te.reduce("S", List.of(), i -> Te.sum(x.at(k.var()), k));
    Tensor twice = Te.compute("S", List.of(), i -> Expr.mul(sum.at(), Expr.float32(2)));
    Tensor out =
        Te.extern(
                "library",
                List.of(Expr.int32s(4)),
                List.of(DType.FLOAT32),
                List.of(x, twice),
                (ins, outs) ->
                    new Stmt.Evaluate(
                        Expr.Call.of(
                            DType.INT32,
                            Intrinsic.CALL_EXTERN,
                            new Expr.StringImm("scale"),
                            outs.get(0).data(),
                            ins.get(0).data(),
                            ins.get(1).data())))
            .get(0);
    assertThat(script(Te.primFunc("main", x, out)))
        .isEqualTo(
            """
            # from tvm.script import tir as T

            @T.prim_func
            def main(X: T.Buffer((4,), "float32"), library: T.Buffer((4,), "float32")):
                T.func_attr({"tir.noalias": T.bool(True)})
                # with T.block("root"):
                S = T.alloc_buffer(())
                S_1 = T.alloc_buffer(())
                for i0 in range(4):
                    with T.block("S"):
                        k = T.axis.reduce(4, i0)
                        T.reads(X[k])
                        T.writes(S[()])
                        with T.init():
                            S[()] = T.float32(0.0)
                        S[()] = S[()] + X[k]
                with T.block("S_1"):
                    vi = T.axis.spatial(1, 0)
                    T.reads(S[()])
                    T.writes(S_1[()])
                    S_1[()] = S[()] * T.float32(2.0)
                with T.block("library"):
                    T.reads(X[0:4], S_1[()])
                    T.writes(library[0:4])
                    T.call_extern("int32", "scale", library.data, X.data, S_1.data)
            """);
  }

  @Test
  void aPlaceholderMustBeAParameter() {
    Tensor x = Te.placeholder("X", DType.FLOAT32, 4);
    Tensor y = Te.compute("Y", x.shape(), i -> x.at(i));
    assertThatThrownBy(() -> Te.primFunc("main", y))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("placeholder 'X' is used but is no parameter");
  }

  /** They are equal as records, and yet two tensors. */
  @Test
  void twoTensorsOfOneNumberAreTwo() {
    Tensor a = Te.compute("c", List.of(), axes -> Expr.float32(2));
    Tensor b = Te.compute("c", List.of(), axes -> Expr.float32(2));
    Tensor sum = Te.compute("sum", List.of(), axes -> Expr.add(a.at(axes), b.at(axes)));
    PrimFunc function = Te.primFunc("main", sum);
    assertThat(TvmScript.print(function)).contains("T.block(\"c\")", "T.block(\"c_1\")");
  }
}
