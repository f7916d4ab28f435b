package dev.weft.tir.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReaderTest {
  private static final String IMPORTS =
      """
      import tvm
      from tvm.script import ir as I
      from tvm.script import tir as T

      """;

  /** Reads, prints, reads again: must be the same; returns what was printed. */
  private static String roundTrip(String text) {
    IRModule module = TvmScript.parseModule(text);
    for (Dialect dialect : Dialect.values()) {
      String printed = TvmScript.print(module, PrintOptions.DEFAULT.in(dialect));
      IRModule again = TvmScript.parseModule(printed);
      assertThat(StructuralEqual.check(module, again)).as(printed).isEmpty();
      assertThat(StructuralHash.of(again)).isEqualTo(StructuralHash.of(module));
      assertThat(TvmScript.print(again, PrintOptions.DEFAULT.in(dialect))).isEqualTo(printed);
    }
    return TvmScript.print(module);
  }

  private static final String LONG_FORM =
      """
      @tvm.script.ir_module
      class Module:
          @T.prim_func
          def main(A: T.Buffer((8, 4), dtype="float32"),
                   B: T.Buffer((4, 6), dtype="float32"),
                   C: T.Buffer((8, 6), dtype="float32")):
              T.func_attr({"global_symbol": "main", "tir.noalias": True})
              Y = T.alloc_buffer((8, 6), "float32")
              for i, j, k in T.grid(8, 6, 4):
                  with T.block("Y"):
                      vi = T.axis.spatial(8, i)
                      vj = T.axis.spatial(6, j)
                      vk = T.axis.reduce(4, k)
                      with T.init():
                          Y[vi, vj] = T.float32(0)
                      Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
              for i, j in T.grid(8, 6):
                  with T.block("C"):
                      vi = T.axis.spatial(8, i)
                      vj = T.axis.spatial(6, j)
                      C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
      """;

  private static final String SHORT_FORM =
      """
      @I.ir_module
      class AnyName:
          @T.prim_func
          def main(a: T.handle, b: T.handle, c: T.handle):
              T.func_attr({"tir.noalias": T.bool(True)})
              X = T.match_buffer(a, (8, 4))
              Z = T.match_buffer(b, [4, 6], "float32")
              C = T.match_buffer(c, (8, 6))
              Y = T.sblock_alloc_buffer((8, 6))
              for i, j, k in T.grid(8, 6, 4):
                  with T.sblock("update"):
                      vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                      with T.init():
                          Y[vi, vj] = 0.0
                      Y[vi, vj] += X[vi, vk] * Z[vk, vj]  # a comment
              for i, j in T.grid(8, 6):
                  with T.sblock("C"):
                      vi, vj = T.axis.remap("SS", [i, j])
                      C[vi, vj] = max(Y[vi, vj], 0)
      """;

  @Test
  void theTwoSpellingsAreEqual() {
    IRModule a = TvmScript.parseModule(IMPORTS + LONG_FORM);
    IRModule b = TvmScript.parseModule(IMPORTS + SHORT_FORM);
    assertThat(StructuralEqual.check(a, b)).isEmpty();
    assertThat(StructuralHash.of(a)).isEqualTo(StructuralHash.of(b));
    assertThat(roundTrip(LONG_FORM))
        .contains("T.reads(A[vi, vk], B[vk, vj])", "T.writes(Y[vi, vj])");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // What must make a difference: each replaces something of the long form.
        "(8, 4)|(8, 5)",
        "vk = T.axis.reduce(4, k)|vk = T.axis.spatial(4, k)",
        "T.grid(8, 6)|T.grid(8, 5)",
        "T.float32(0)|T.float32(-0.0)",
        "\"tir.noalias\": True|\"tir.noalias\": False",
        "Y = T.alloc_buffer((8, 6), \"float32\")|Y = T.alloc_buffer((8, 6), \"float32\","
            + " scope=\"shared\")",
        "Y = T.alloc_buffer((8, 6), \"float32\")|Y = T.alloc_buffer((8, 6), \"float32\","
            + " align=128)",
        "A[vi, vk] * B[vk, vj]|B[vk, vj] * A[vi, vk]",
        "for i, j in T.grid(8, 6):|for i, j in T.grid(8, 6):\n            T.evaluate(0)",
        "with T.block(\"C\"):|with T.block(\"C\"):\n                T.block_attr({\"a\": 1})",
        "with T.block(\"C\"):|with T.block(\"C\"):\n                T.where(i < 7)",
        "vi = T.axis.spatial(8, i)|vi = T.axis.spatial(8, 7 - i)",
      })
  void whatMustDiffer(String replacement) {
    String[] parts = replacement.split("\\|", 2);
    String changed = LONG_FORM.replace(parts[0], parts[1]);
    assertThat(changed).isNotEqualTo(LONG_FORM);
    IRModule a = TvmScript.parseModule(LONG_FORM);
    IRModule b = TvmScript.parseModule(changed);
    assertThat(StructuralEqual.check(a, b)).isPresent();
    assertThat(StructuralHash.of(a)).isNotEqualTo(StructuralHash.of(b));
  }

  @Test
  void everyStatement() {
    String body =
        """
        @T.prim_func(private=True)
        def main(a: T.handle, B: T.Buffer((16, 16), "float16"), n: T.int32, p: T.handle("float32", "global")):
            T.func_attr({"target": "cuda", "list": [1, 2, "x", T.float32(0.5)], "map": {"k": T.int64(3)}})
            m = T.int64()
            A = T.match_buffer(a, (m, T.int64(4)), "int8", strides=("s0", 1), scope="global", align=128, offset_factor=16)
            for i in T.thread_binding(4, thread="blockIdx.x", annotations={"pragma": "x"}):
                for j in T.serial(2, 6):
                    for k in T.vectorized(T.int64(4)):
                        with T.block("outer"):
                            vi = T.axis.spatial((1, 5), i + 1)
                            vj = T.axis.scan(4, j - 2)
                            vk = T.axis.opaque(T.int64(4), k)
                            T.where(i < n and not (j == 3 or k < T.int64(2)))
                            T.reads(A[T.Cast("int64", vi), 0:T.int64(4)], B[0:16, vi * 2:vi * 2 + 4])
                            T.writes()
                            T.block_attr({"script_option": T.bool(False), "indices": [0, 1]})
                            tmp = T.alloc_buffer((8,), "uint8", scope="shared.dyn")
                            view = T.match_buffer(B[vi:vi + 2, 0:8], (2, 8), "float16", strides=("bs", 1), offset_factor=8)
                            with T.init():
                                tmp[0] = 1
                            if vi < 3:
                                tmp[vi] = T.uint8(255)
                            else:
                                T.evaluate(view.elem_offset + view.strides[0])
                            x: T.int32 = vi * 2
                            T.attr(tmp, "note", x)
                            T.call_extern("int32", "f", B.data, T.tvm_access_ptr(T.type_annotation("float16"), B.data, 0, 16, 1))
                            assert x < 100, "too much"
                            while x < 50:
                                tmp[x] = tmp[x] + T.uint8(1)
                                if tmp[x] == T.uint8(7):
                                    break
                                continue
                            pass
        """;
    roundTrip(body);
  }

  @Test
  void loweredStatements() {
    String body =
        """
        @T.prim_func
        def main(A: T.Buffer((128,), "float32"), B: T.Buffer((128,), "float32")):
            blockIdx_x = T.launch_thread("blockIdx.x", 4)
            s = T.allocate([32], "float32", "shared", annotations={"k": 1})
            s_1 = T.decl_buffer((32,), data=s, scope="shared")
            flat = T.Buffer((8,), "float32x4", data=s, scope="shared")
            threadIdx_x = T.launch_thread("threadIdx.x", 8)
            with T.attr(0, "pipeline", 2):
                s_1[threadIdx_x * 4:threadIdx_x * 4 + 4] = A[blockIdx_x * 32 + threadIdx_x * 4:blockIdx_x * 32 + threadIdx_x * 4 + 4]
            T.tvm_storage_sync("shared")
            with T.LetStmt(threadIdx_x * 4) as base:
                B[base] = s_1[base] + T.Broadcast(T.float32(1), 1 + 1 + 2)[0] if False else s_1[base]
            B[0:8:2] = A[0:4] * T.Broadcast(T.float32(2), 4)
            T.evaluate(T.Shuffle([A[0:2], A[2:4]], [0, 3]))
            c = T.allocate_const([1, 2, 3], "int16", [3])
            y = T.int32()
            T.evaluate(T.Let(y + 1, where={y: 3}))
            with T.launch_thread(threadIdx_x, 8):
                T.evaluate(A.vload([T.Ramp(0, 1, 4)], predicate=T.Broadcast(T.bool(True), 4)))
            with T.thread_group("producer", 0, 32):
                A.vstore([T.Ramp(0, 1, 4)], T.Broadcast(T.float32(2), 4), predicate=T.Broadcast(T.bool(True), 4))
            v = T.launch_thread("vthread.x", 2)
            T.evaluate(flat[0])
            T.attr(T.iter_var(v, T.Range(0, 3), "ThreadIndex", "vthread.x"), "virtual_thread", 2)
            T.evaluate(c)
        """;
    roundTrip(body);
  }

  @Test
  void everyKindOfExpression() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(A: T.Buffer((16,), "float32"), I8: T.Buffer((16,), "int8"), n: T.int64):
                for i in range(16):
                    A[i] = -A[i] / 3 + T.exp(A[i], dtype="float32") * T.pow(A[i], 2.0)
                    A[i] = T.if_then_else(0 <= i < 8, A[i], T.float32("inf"))
                    A[i] = A[i] if i % 2 == 0 and i // 2 != 3 else 1
                    A[i] = T.Select(T.isnan(A[i]), T.float32("nan"), T.min(A[i], 1, 2.5))
                    A[i] = T.float32(i) + i
                    I8[i] = I8[i] & 3 | ~I8[i] ^ (I8[i] << 1 >> 2)
                    I8[i] = T.truncmod(I8[i], T.int8(3)) + T.Div(I8[i], T.int8(2))
                    I8[i] = T.max_value("int8") + T.reinterpret("int8", T.uint8(200))
                    A[i] = T.Cast("float32", T.Add(n, T.int64(0)))
                    A[i] = T.float16(65504) + T.float16(-0.0)
                    T.evaluate(T.Not(T.bool(True)))
                    T.evaluate(T.likely(i < 3) or False)
                    T.evaluate(T.address_of(A[i]))
                    T.evaluate(cls.other(i))
            """
                .replace("cls.other(i)", "T.call_pure_extern(\"float32\", \"g\", A[i])"));
    assertThat(function.body()).isInstanceOf(Stmt.For.class);
    assertThat(roundTrip(TvmScript.print(function))).contains("A[i] * T.float32(-1.0)");
  }

  @Test
  void numbersTakeTheTypeOfTheOtherOperand() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(n: T.int64):
                T.evaluate(n + 3)
                T.evaluate(2 ** 3 * 4 // 3 - 1)
            """);
    if (!(function.body() instanceof Stmt.Seq(var stmts))) {
      throw new AssertionError(function.body());
    }
    assertThat(stmts.get(0))
        .isEqualTo(new Stmt.Evaluate(Expr.add(function.params().get(0), Expr.imm(DType.INT64, 3))));
    assertThat(stmts.get(1)).isEqualTo(new Stmt.Evaluate(Expr.int32(9)));
  }

  @Test
  void constantsAndSeveralModules() {
    String text =
        IMPORTS
            + """
            N = 4
            M: int = N * 2

            @I.ir_module
            class First:
                \"\"\"A module.\"\"\"

                @T.prim_func
                def f(A: T.Buffer((N, M), "int32")):
                    "A function."
                    for i, j in T.grid(N, M):
                        A[i, j] = i * M + j

            @I.ir_module
            class Second:
                I.module_attrs({"version": 1})
                @T.prim_func
                def f(A: T.Buffer((1,), "int32")):
                    cls.g(A.data, dtype="int32")

                @T.prim_func
                def g(p: T.handle("int32")):
                    T.evaluate(0)
            """;
    assertThat(TvmScript.parseModules(text, "two.py")).containsOnlyKeys("First", "Second");
    TvmScript.parseModules(text, "two.py")
        .values()
        .forEach(module -> roundTrip(TvmScript.print(module)));
  }

  @Test
  void aRootBlockIsAddedOnlyWhereBlocksNeedOne() {
    String loops =
        """
        @T.prim_func
        def main(A: T.Buffer((4,), "int32")):
            for i in range(4):
                A[i] = i
        """;
    assertThat(TvmScript.parseFunction(loops).body()).isInstanceOf(Stmt.For.class);
    String explicit =
        """
        @T.prim_func
        def main(A: T.Buffer((4,), "int32")):
            with T.block("root"):
                T.reads(A[0:4])
                T.writes(A[0:4])
                for i in range(4):
                    with T.block("A"):
                        vi = T.axis.spatial(4, i)
                        A[vi] = vi
        """;
    PrimFunc function = TvmScript.parseFunction(explicit);
    assertThat(TvmScript.print(function)).contains("    with T.block(\"root\"):\n");
    roundTrip(explicit);
  }
}
