package dev.weft.tir.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IRModule;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrinterTest {
  private final Buffer a = Buffer.of("A", DType.FLOAT32, 16, 8);
  private final Buffer y = Buffer.of("Y", DType.FLOAT32, Scope.SHARED, Expr.int32s(16));
  private final Var i = Var.int32("i");
  private final Var k = Var.int32("k");

  private Stmt.BlockRealize sum() {
    Var vi = Var.int32("vi");
    Var vk = Var.int32("vk");
    Stmt body =
        new Stmt.Store(
            y, Expr.add(y.at(vi), Expr.mul(a.at(vi, vk), Expr.float32(0.1))), List.of(vi));
    Stmt.Block block =
        new Stmt.Block(
            "Y",
            List.of(IterVar.spatial(Expr.int32(16), vi), IterVar.reduce(Expr.int32(8), vk)),
            List.of(BufferRegion.point(a, List.of(vi, vk))),
            List.of(BufferRegion.point(y, List.of(vi))),
            List.of(),
            List.of(),
            Map.of(),
            new Stmt.Store(y, Expr.float32(0), List.of(vi)),
            body);
    return new Stmt.BlockRealize(List.of(i, k), Expr.bool(true), block);
  }

  private PrimFunc function(Stmt nest) {
    Var handle = Var.of("a", DType.HANDLE);
    Stmt.Block root =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), List.of(y), List.of(), Map.of(), null, nest);
    return new PrimFunc(
        List.of(handle),
        Map.of(handle, a),
        Map.of("global_symbol", new Expr.StringImm("main")),
        new Stmt.BlockRealize(List.of(), Expr.bool(true), root));
  }

  @Test
  void aModule() {
    Stmt.For inner = Stmt.For.serial(k, Expr.int32(8), sum());
    PrimFunc function = function(Stmt.For.serial(i, Expr.int32(16), inner));
    assertThat(TvmScript.print(IRModule.of("main", function)))
        .isEqualTo(
            """
            # from tvm.script import ir as I
            # from tvm.script import tir as T

            @I.ir_module
            class Module:
                @T.prim_func
                def main(A: T.Buffer((16, 8), "float32")):
                    # with T.block("root"):
                    Y = T.alloc_buffer((16,), scope="shared")
                    for i, k in T.grid(16, 8):
                        with T.block("Y"):
                            vi, vk = T.axis.remap("SR", [i, k])
                            T.reads(A[vi, vk])
                            T.writes(Y[vi])
                            with T.init():
                                Y[vi] = T.float32(0.0)
                            Y[vi] = Y[vi] + A[vi, vk] * T.float32(0.1)
            """);
  }

  @Test
  void theOtherDialectAndUnderlines() {
    Stmt.BlockRealize block = sum();
    Stmt.For inner = Stmt.For.serial(k, Expr.int32(8), block);
    PrimFunc function = function(Stmt.For.serial(i, Expr.int32(16), inner));
    assertThat(
            TvmScript.print(
                function, PrintOptions.DEFAULT.in(Dialect.SBLOCK).underlining(inner, block)))
        .isEqualTo(
            """
            # from tvm.script import tir as T

            @T.prim_func
            def main(A: T.Buffer((16, 8), "float32")):
                # with T.sblock("root"):
                Y = T.sblock_alloc_buffer((16,), scope="shared")
                for i, k in T.grid(16, 8):
                     # ^
                    with T.sblock("Y"):
                  # ^^^^^^^^^^^^^^^^^^^
                        vi, vk = T.axis.remap("SR", [i, k])
                        T.reads(A[vi, vk])
                        T.writes(Y[vi])
                        with T.init():
                            Y[vi] = T.float32(0.0)
                        Y[vi] = Y[vi] + A[vi, vk] * T.float32(0.1)
            """);
  }

  @Test
  void loopsOfEveryKind() {
    Map<String, dev.weft.tir.AttrValue> annotations = new LinkedHashMap<>();
    annotations.put("note", new Expr.StringImm("a \"b\""));
    annotations.put("step", Expr.int32(16));
    Stmt body = new Stmt.Evaluate(Expr.add(i, 1));
    assertThat(TvmScript.print(Stmt.For.serial(i, Expr.int32(4), body)))
        .isEqualTo("for i in range(4):\n    T.evaluate(i + 1)\n");
    assertThat(
            TvmScript.print(
                new Stmt.For(
                    i,
                    Expr.int32(2),
                    Expr.int32(4),
                    ForKind.THREAD_BINDING,
                    ThreadTag.THREAD_IDX_X,
                    annotations,
                    body)))
        .isEqualTo(
            "for i in T.thread_binding(2, 6, thread=\"threadIdx.x\","
                + " annotations={\"note\": \"a \\\"b\\\"\", \"step\": 16}):\n"
                + "    T.evaluate(i + 1)\n");
  }

  @Test
  void constantsOfEveryType() {
    assertThat(TvmScript.print(Expr.imm(DType.INT64, Long.MIN_VALUE)))
        .isEqualTo("T.int64(-9223372036854775808)");
    assertThat(TvmScript.print(Expr.imm(DType.UINT64, -1L)))
        .isEqualTo("T.uint64(18446744073709551615)");
    assertThat(TvmScript.print(Expr.bool(false))).isEqualTo("T.bool(False)");
    assertThat(TvmScript.print(Expr.float32(Double.NEGATIVE_INFINITY)))
        .isEqualTo("T.float32(\"-inf\")");
    assertThat(TvmScript.print(Expr.imm(DType.FLOAT16, Double.NaN)))
        .isEqualTo("T.float16(\"nan\")");
    assertThat(TvmScript.print(Expr.imm(DType.FLOAT64, 0.1))).isEqualTo("T.float64(0.1)");
    assertThat(TvmScript.print(Expr.imm(DType.BFLOAT16, 1e-20)))
        .isEqualTo("T.bfloat16(1.0005577e-20)");
  }

  @Test
  void operatorsGetTheParenthesesThatTheyNeed() {
    Expr sum = Expr.add(i, k);
    assertThat(TvmScript.print(Expr.mul(sum, sum))).isEqualTo("(i + k) * (i + k)");
    assertThat(TvmScript.print(Expr.sub(i, Expr.sub(k, 1)))).isEqualTo("i - (k - 1)");
    assertThat(TvmScript.print(Expr.sub(Expr.sub(i, k), 1))).isEqualTo("i - k - 1");
    assertThat(TvmScript.print(Expr.not(Expr.and(Expr.lt(i, k), Expr.eq(i, Expr.int32(-1))))))
        .isEqualTo("not (i < k and i == -1)");
    assertThat(TvmScript.print(new Expr.Binary(BinaryOp.ADD, i, Expr.int32(0))))
        .isEqualTo("T.Add(i, 0)");
    assertThat(TvmScript.print(Expr.div(i, k))).isEqualTo("T.Div(i, k)");
  }

  @Test
  void namesAreMadeUniqueWithinTheirScope() {
    Var other = Var.int32("i");
    Stmt nest =
        Stmt.For.serial(
            i,
            Expr.int32(4),
            Stmt.For.serial(other, Expr.int32(5), new Stmt.Evaluate(Expr.add(i, other))));
    assertThat(TvmScript.print(Stmt.seq(nest, nest)))
        .isEqualTo(
            """
            for i, i_1 in T.grid(4, 5):
                T.evaluate(i + i_1)
            for i, i_1 in T.grid(4, 5):
                T.evaluate(i + i_1)
            """);
  }
}
