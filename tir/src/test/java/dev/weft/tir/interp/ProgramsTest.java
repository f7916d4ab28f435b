package dev.weft.tir.interp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Scalars;
import dev.weft.base.Tensor;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs as text, run by the interpreter. */
class ProgramsTest {
  private static Tensor ints(long... values) {
    Tensor tensor = Tensor.allocate(DType.INT32, values.length);
    for (int i = 0; i < values.length; i++) {
      tensor.setLong(i, values[i]);
    }
    return tensor;
  }

  private static Tensor floats(DType dtype, double... values) {
    Tensor tensor = Tensor.allocate(dtype, values.length);
    for (int i = 0; i < values.length; i++) {
      tensor.setDouble(i, values[i]);
    }
    return tensor;
  }

  private static void run(String text, Object... args) {
    Interpreter.run(TvmScript.parseFunction(text), List.of(args));
  }

  private static String body(String... lines) {
    return "@T.prim_func\ndef main(A: T.Buffer((8,), \"int32\"), F: T.Buffer((8,), \"float32\"), n:"
        + " T.int32):\n    "
        + String.join("\n    ", lines)
        + "\n";
  }

  /** The first element of A behind {@code A[0] = expression}, for n = 5. */
  private static long value(String expression) {
    Tensor a = ints(7, -3, 2, 100, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 1.5, -2.5, 0.5, 3, 0, 0, 0, 0);
    run(body("A[0] = " + expression), a, f, 5);
    return a.getLong(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "n // 2 ; 2",
        "-n // 2 ; -3",
        "-n % 3 ; 1",
        "T.truncdiv(-n, 2) ; -2",
        "T.truncmod(-n, 3) ; -2",
        "n << 29 ; -1610612736",
        "-n >> 1 ; -3",
        "T.shift_left(n, 40) ; 0",
        "T.shift_right(-n, 40) ; -1",
        "n & 6 ; 4",
        "n | 8 ; 13",
        "n ^ 1 ; 4",
        "~n ; -6",
        "T.popcount(n) ; 2",
        "T.clz(n) ; 29",
        "T.call_intrin('int32', 'tir.popcount', n) ; 2",
        "2147483647 + n ; -2147483644",
        "T.abs(A[1]) ; 3",
        "T.min(A[1], n) ; -3",
        "T.max(A[1], n) ; 5",
        "T.Select(n > 4, 1, 2) ; 1",
        "T.if_then_else(n > 5, A[n + 100], 2) ; 2",
        "T.Cast('int32', F[1]) ; -2",
        "T.Cast('int32', T.Cast('int8', A[3] * 3)) ; 44",
        "T.Cast('int32', T.Cast('uint8', A[1])) ; 253",
        "T.Cast('int32', T.Cast('bool', n)) ; 1",
        "T.reinterpret('int32', F[0]) ; 1069547520",
        "T.Let(x + x, where={x: n * 3}) ; 30",
        "T.Shuffle([A[0:4]], [3]) ; 100",
        "T.Shuffle([A[0:2], A[2:4]], [2]) ; 2",
        "T.Shuffle([T.vectorhigh('int32x2', A[0:4])], [0]) ; 2",
        "T.Shuffle([T.vectorlow('int32x2', A[0:4])], [1]) ; -3",
        "T.Shuffle([T.vectorcombine('int32x4', A[0:2], A[2:4])], [3]) ; 100",
        "T.Shuffle([T.Ramp(n, 3, 4)], [2]) ; 11",
        "T.dp4a(0x01020304, 0x01010101, n) ; 15",
        "T.q_multiply_shift(n, 1073741824, 31, 1) ; 5",
        "T.max_value('int32') ; 2147483647",
        "T.min_value('int32') ; -2147483648",
        "T.Cast('int32', T.isnan(T.float32('nan'))) ; 1",
        "T.Cast('int32', T.isinf(F[0])) ; 0",
        "T.Cast('int32', T.likely(n == 5)) ; 1",
        "T.Cast('int32', T.ignore_loop_partition(n == 4)) ; 0",
        "T.Cast('int32', T.isnullptr(A.data)) ; 0",
        "T.Cast('int32', T.large_uint_imm('uint64', T.uint32(7), T.uint32(1)) % T.uint64(10)) ; 3",
        "T.Cast('int32', T.uint32(4294967295) // T.uint32(2) - T.uint32(2147483640)) ; 7",
        "T.Cast('int32', T.int64(1) << T.int64(33) >> T.int64(30)) ; 8",
        "T.Cast('int32', T.floor(F[1])) ; -3",
        "T.Cast('int32', T.ceil(F[1])) ; -2",
        "T.Cast('int32', T.round(F[1])) ; -3",
        "T.Cast('int32', T.nearbyint(F[1])) ; -2",
        "T.Cast('int32', T.trunc(F[1])) ; -2",
        "T.Cast('int32', F[1] % T.float32(2)) ; 1",
        "T.Cast('int32', F[3] // T.float32(2)) ; 1",
      })
  void expressions(String expression, long expected) {
    String let = expression.contains("where") ? "T.int32()" : "0";
    Tensor a = ints(7, -3, 2, 100, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 1.5, -2.5, 0.5, 3, 0, 0, 0, 0);
    run(body("x = " + let, "A[0] = " + expression), a, f, 5);
    assertThat(a.getLong(0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "n // (n - 5) ; division by zero",
        "n % A[4] ; division by zero",
        "T.truncdiv(n, A[4]) ; division by zero",
        "n << -A[2] ; shift by -2 bits",
        "A[n + 3] ; index 0 of 'A' is 8, outside [0, 8)",
        "A[A[1]] ; index 0 of 'A' is -3",
        "T.tvm_warp_activemask() ; has no meaning outside a kernel",
        "T.call_extern('int32', 'unknown', n) ; 'unknown' is not registered",
      })
  void expressionsWithoutValue(String expression, String message) {
    String typed =
        expression.contains("activemask") ? "T.Cast('int32', " + expression + ")" : expression;
    assertThatThrownBy(() -> value(typed))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anAccessOutOfBoundsShowsTheLine() {
    InterpreterException error =
        catchThrowableOfType(
            InterpreterException.class,
            () ->
                run(
                    """
                    @T.prim_func
                    def main(A: T.Buffer((4, 8), "float32"), B: T.Buffer((4, 8), "float32")):
                        for i, j in T.grid(4, 8):
                            with T.block("B"):
                                vi, vj = T.axis.remap("SS", [i, j])
                                B[vi, vj] = A[vi, vj] + A[vi, vj + 1]
                    """,
                    Tensor.allocate(DType.FLOAT32, 4, 8),
                    Tensor.allocate(DType.FLOAT32, 4, 8)));
    assertThat(error.getMessage())
        .isEqualTo(
            "main > block 'root' > i=0 > j=7 > block 'B' (vi=0, vj=7): index 1 of 'A' is 8, outside"
                + " [0, 8) of its shape [4, 8]; guard the access or correct the extents\n"
                + "            B[vi, vj] = A[vi, vj] + A[vi, vj + 1]\n"
                + "                                    ^^^^^^^^^^^^^");
    assertThat(error.excerpt()).contains("^");
  }

  @Test
  void aReadOfNothingShowsTheLine() {
    assertThatThrownBy(
            () ->
                run(
                    body(
                        "t = T.allocate([4], \"int32\", \"local\")",
                        "t_1 = T.decl_buffer((4,), \"int32\", data=t, scope=\"local\")",
                        "t_1[1] = 3",
                        "A[0] = t_1[n - 4]",
                        "A[1] = t_1[n - 3]"),
                    ints(0, 0, 0, 0, 0, 0, 0, 0),
                    floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0),
                    5))
        .hasMessageContaining("'t_1' is read at [2], which has not been written")
        .hasMessageContaining("    A[1] = t_1[n - 3]\n           ^^^^^^^^^^");
  }

  @Test
  void loopsBreaksAndReturns() {
    Tensor a = ints(0, 0, 0, 0, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0);
    run(
        body(
            "for i in range(2, 8):",
            "    if i == 4:",
            "        continue",
            "    if i > n:",
            "        break",
            "    A[i] = i",
            "while A[0] < 10:",
            "    A[0] = A[0] + n",
            "    if A[0] == 5:",
            "        A[1] = A[1] + 1",
            "for i in range(8):",
            "    for j in range(8):",
            "        if i * j == 6:",
            "            A[7] = i * 10 + j",
            "            T.ret(0)",
            "A[6] = 99"),
        a,
        f,
        5);
    assertThat(a.toLongs()).containsExactly(10, 1, 2, 3, 0, 5, 0, 16);
  }

  @Test
  void functionsOfTheModuleGiveValues() {
    Tensor a = ints(1, 2, 3, 4);
    Interpreter.of(
            TvmScript.parseModule(
                """
                @I.ir_module
                class Module:
                    @T.prim_func(private=True)
                    def sum(p: T.handle, k: T.int32) -> T.int32:
                        P = T.match_buffer(p, (4,), "int32")
                        for i in range(4):
                            if i == k:
                                return P[i] * 10
                        return -1

                    @T.prim_func
                    def main(A: T.Buffer((4,), "int32")):
                        x: T.int32 = cls.sum(A.data, 2, dtype="int32")
                        A[0] = x
                        A[1] = cls.sum(A.data, 9, dtype="int32")
                """))
        .run("main", List.of(a));
    assertThat(a.toLongs()).containsExactly(30, -1, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float32", "float64"})
  void everyFloatIsRoundedAfterEveryStep(String name) {
    DType dtype = DType.parse(name);
    double x = Scalars.round(dtype, 1.1);
    double y = Scalars.round(dtype, 0.7);
    Tensor in = floats(dtype, x, y);
    Tensor out = Tensor.allocate(dtype, 4);
    run(
        """
        @T.prim_func
        def main(A: T.Buffer((2,), "DT"), B: T.Buffer((4,), "DT")):
            B[0] = A[0] * A[1] + A[1]
            B[1] = A[0] / A[1] - A[0]
            B[2] = T.exp(A[0])
            B[3] = T.Cast("DT", T.Cast("float64", A[0]) * T.float64(3))
        """
            .replace("DT", name),
        in,
        out);
    assertThat(out.getDouble(0)).isEqualTo(Scalars.round(dtype, Scalars.round(dtype, x * y) + y));
    assertThat(out.getDouble(1)).isEqualTo(Scalars.round(dtype, Scalars.round(dtype, x / y) - x));
    assertThat(out.getDouble(2)).isEqualTo(Scalars.round(dtype, StrictMath.exp(x)));
    assertThat(out.getDouble(3)).isEqualTo(Scalars.round(dtype, x * 3));
  }

  @ParameterizedTest
  @CsvSource({
    "int8, 127, -128",
    "uint8, 255, 0",
    "int16, 32767, -32768",
    "uint16, 65535, 0",
    "int32, 2147483647, -2147483648",
    "uint32, 4294967295, 0",
    "int64, 9223372036854775807, -9223372036854775808",
    "int4, 7, -8",
    "uint4, 15, 0"
  })
  void everyIntegerWrapsAround(String name, long largest, long next) {
    Tensor a = Tensor.allocate(DType.parse(name), 2);
    a.setLong(0, largest);
    run(
        """
        @T.prim_func
        def main(A: T.Buffer((2,), "DT")):
            A[1] = A[0] + T.DT(1)
        """
            .replace("DT", name),
        a);
    assertThat(a.getLong(1)).isEqualTo(next);
  }

  @Test
  void viewsWithStridesAndOffset() {
    Tensor a = Tensor.allocate(DType.INT32, 8, 8);
    for (int i = 0; i < 64; i++) {
      a.setLong(i, i);
    }
    Tensor b = Tensor.allocate(DType.INT32, 4);
    run(
        """
        @T.prim_func
        def main(A: T.Buffer((8, 8), "int32"), B: T.Buffer((4,), "int32")):
            for i in range(2):
                with T.block("b"):
                    vi = T.axis.spatial(2, i)
                    T.reads(A[vi * 4:vi * 4 + 4, 2:6])
                    T.writes(B[vi * 2:vi * 2 + 2])
                    V = T.match_buffer(A[vi * 4:vi * 4 + 4, 2:6], (4, 4), "int32", strides=("s", 1), offset_factor=1)
                    W = T.match_buffer(V[1, 0:4], (4,), "int32", offset_factor=1)
                    B[vi * 2] = V[3, 1] + V.strides[0] * 1000
                    B[vi * 2 + 1] = W[2] + W.elem_offset * 1000
        """,
        a,
        b);
    assertThat(b.toLongs())
        .containsExactly(8 * 3 + 3 + 8000, 8 + 4 + 10000, 8 * 7 + 3 + 8000, 8 * 5 + 4 + 42000);
  }

  @Test
  void sizesAndLayoutOfParameters() {
    Tensor a = Tensor.allocate(DType.INT32, 3, 4);
    Tensor b = Tensor.allocate(DType.INT32, 12);
    String text =
        """
        @T.prim_func
        def main(a: T.handle, b: T.handle, k: T.int64):
            n, m = T.int32(), T.int32()
            s = T.int32()
            A = T.match_buffer(a, (n, m), "int32", strides=(s, 1), offset_factor=4)
            B = T.match_buffer(b, (n * m,), "int32")
            B[0] = n * 100 + m * 10 + s + A.elem_offset
            B[n * m - 1] = T.Cast("int32", k)
        """;
    run(text, a, b, 77);
    assertThat(b.getLong(0)).isEqualTo(344);
    assertThat(b.getLong(11)).isEqualTo(77);
    assertThatThrownBy(() -> run(text, a, Tensor.allocate(DType.INT32, 13), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("dimension 0 must be 12, got 13");
    assertThatThrownBy(
            () ->
                run(
                    """
                    @T.prim_func
                    def main(a: T.handle):
                        A = T.match_buffer(a, (3, 4), "int32", strides=(5, 1))
                        A[0, 0] = 1
                    """,
                    a))
        .hasMessageContaining("the strides of 'A' (its tensor is compact) is 4, expected 5");
  }

  @Test
  void anExternalFunctionOnTiles() {
    int n = 32;
    Tensor a = Tensor.allocate(DType.FLOAT32, n, n);
    Tensor b = Tensor.allocate(DType.FLOAT32, n, n);
    Tensor c = Tensor.allocate(DType.FLOAT32, n, n);
    for (int i = 0; i < n * n; i++) {
      a.setDouble(i, (i / n * 7 + i % n * 3) % 11 - 5);
      b.setDouble(i, (i / n * 5 + i % n * 2) % 13 - 6);
    }
    List<String> calls = new ArrayList<>();
    Interpreter.of(
            TvmScript.parseModule(
                """
                @I.ir_module
                class Module:
                    @T.prim_func
                    def main(A: T.Buffer((32, 32), "float32"), B: T.Buffer((32, 32), "float32"), C: T.Buffer((32, 32), "float32")):
                        for i, j, k in T.grid(2, 2, 2):
                            with T.block("tile"):
                                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                                T.reads(A[vi * 16:vi * 16 + 16, vk * 16:vk * 16 + 16], B[vj * 16:vj * 16 + 16, vk * 16:vk * 16 + 16])
                                T.writes(C[vi * 16:vi * 16 + 16, vj * 16:vj * 16 + 16])
                                sa, sb, sc = T.int32(), T.int32(), T.int32()
                                TA = T.match_buffer(A[vi * 16:vi * 16 + 16, vk * 16:vk * 16 + 16], (16, 16), strides=(sa, 1), offset_factor=16)
                                TB = T.match_buffer(B[vj * 16:vj * 16 + 16, vk * 16:vk * 16 + 16], (16, 16), strides=(sb, 1), offset_factor=16)
                                TC = T.match_buffer(C[vi * 16:vi * 16 + 16, vj * 16:vj * 16 + 16], (16, 16), strides=(sc, 1), offset_factor=16)
                                with T.init():
                                    for x, y in T.grid(16, 16):
                                        TC[x, y] = T.float32(0)
                                T.call_extern("int32", "tmm16", TC.access_ptr("rw"), TA.access_ptr("r"), T.address_of(TB[0, 0]), sa, sb, sc)
                """))
        .withExtern(
            "tmm16",
            args -> {
              Pointer tc = (Pointer) args.get(0);
              Pointer ta = (Pointer) args.get(1);
              Pointer tb = (Pointer) args.get(2);
              long sa = (Long) args.get(3);
              long sb = (Long) args.get(4);
              long sc = (Long) args.get(5);
              calls.add(sa + " " + sb + " " + sc);
              for (int i = 0; i < 16; i++) {
                for (int j = 0; j < 16; j++) {
                  double sum = tc.get(i * sc + j);
                  for (int k = 0; k < 16; k++) {
                    sum += ta.get(i * sa + k) * tb.get(j * sb + k);
                  }
                  tc.set(i * sc + j, sum);
                }
              }
              return 0;
            })
        .run("main", List.of(a, b, c));
    assertThat(calls).hasSize(8).containsOnly("32 32 32");
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
          sum += a.getDouble((long) i * n + k) * b.getDouble((long) j * n + k);
        }
        assertThat(c.getDouble((long) i * n + j)).isEqualTo(sum);
      }
    }
  }

  @Test
  void pointersAreChecked() {
    String text = body("T.call_extern(\"int32\", \"f\", A.access_ptr(\"rw\", offset=6))");
    Tensor a = ints(0, 1, 2, 3, 4, 5, 6, 7);
    Tensor f = floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0);
    List<Long> seen = new ArrayList<>();
    Interpreter interpreter =
        Interpreter.of(TvmScript.parseModule(text))
            .withExtern(
                "f",
                args -> {
                  Pointer p = (Pointer) args.get(0);
                  seen.add(p.getLong(1));
                  p.plus(-6).setLong(0, 42);
                  return (int) p.get(2);
                });
    assertThatThrownBy(() -> interpreter.run("main", List.of(a, f, 5)))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining("element 2 behind a pointer to byte 24 of 'A'");
    assertThat(seen).containsExactly(7L);
    assertThat(a.getLong(0)).isEqualTo(42);
  }

  @Test
  void atomics() {
    Tensor a = ints(1, 2, 3, 4, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 1.5, 0, 0, 0, 0, 0, 0, 0);
    run(
        body(
            "for i in T.parallel(4):",
            "    A[4] = T.atomic_add(T.address_of(A[5]), A[i])",
            "    A[6] = T.atomic_max(T.address_of(A[7]), A[i])",
            "F[1] = T.atomic_add(T.address_of(F[0]), T.float32(2))"),
        a,
        f,
        5);
    assertThat(a.toLongs()).containsExactly(1, 2, 3, 4, 6, 10, 3, 4);
    assertThat(f.toFloats()).startsWith(3.5f, 1.5f);
  }

  @Test
  void bytesUnderAnotherType() {
    Tensor a = ints(0, 0, 0, 0, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0);
    run(
        body(
            "bytes = T.allocate([16], \"int8\", \"shared.dyn\")",
            "wide = T.decl_buffer((4,), data=bytes, scope=\"shared.dyn\")",
            "half = T.decl_buffer((8,), \"int16\", data=bytes, scope=\"shared.dyn\")",
            "wide[1] = T.float32(1)",
            "A[0] = T.Cast(\"int32\", half[3])",
            "A[1] = T.Cast(\"int32\", half[2])"),
        a,
        f,
        5);
    assertThat(a.toLongs()).startsWith(0x3f80, 0);
  }

  @Test
  void threadsRunOneAfterTheOther() {
    Tensor a = ints(0, 0, 0, 0, 0, 0, 0, 0);
    Tensor f = floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0);
    run(
        body(
            "for bx in T.thread_binding(2, thread=\"blockIdx.x\"):",
            "    for tx in T.thread_binding(4, thread=\"threadIdx.x\"):",
            "        A[bx * 4 + tx] = bx * 10 + tx"),
        a,
        f,
        5);
    assertThat(a.toLongs()).containsExactly(0, 1, 2, 3, 10, 11, 12, 13);
    assertThatThrownBy(
            () ->
                run(
                    body(
                        "tx = T.launch_thread(\"threadIdx.x\", 4)",
                        "A[tx] = tx",
                        "T.tvm_storage_sync(\"shared\")"),
                    a,
                    f,
                    5))
        .hasMessageContaining("T.tvm_storage_sync has no meaning outside a kernel");
  }

  @Test
  void matrixOperationsOfAWarp() {
    Tensor a = floats(DType.FLOAT16, new double[256]);
    Tensor b = floats(DType.FLOAT16, new double[256]);
    Tensor c = floats(DType.FLOAT32, new double[256]);
    for (int i = 0; i < 256; i++) {
      a.setDouble(i, i % 7 - 3);
      b.setDouble(i, i % 5 - 2);
    }
    run(
        """
        @T.prim_func
        def main(A: T.Buffer((256,), "float16"), B: T.Buffer((256,), "float16"), C: T.Buffer((256,), "float32")):
            fa = T.alloc_buffer((512,), "float16", scope="wmma.matrix_a")
            fb = T.alloc_buffer((256,), "float16", scope="wmma.matrix_b")
            fc = T.alloc_buffer((256,), "float32", scope="wmma.accumulator")
            T.tvm_fill_fragment(fc.data, 16, 16, 16, 0, T.float32(1))
            T.tvm_load_matrix_sync(fa.data, 16, 16, 16, 1, A.access_ptr("r"), 16, "row_major")
            T.tvm_load_matrix_sync(fb.data, 16, 16, 16, 0, B.access_ptr("r"), 16, "col_major")
            T.tvm_mma_sync(fc.data, 0, fa.data, 1, fb.data, 0, fc.data, 0)
            T.tvm_store_matrix_sync(fc.data, 16, 16, 16, 0, C.access_ptr("w"), 16, "row_major")
        """,
        a,
        b,
        c);
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 16; j++) {
        double sum = 1;
        for (int k = 0; k < 16; k++) {
          sum += a.getDouble((long) i * 16 + k) * b.getDouble((long) j * 16 + k);
        }
        assertThat(c.getDouble((long) i * 16 + j)).isEqualTo(sum);
      }
    }
  }

  @Test
  void vectorsWithMasks() {
    Tensor a = ints(1, 2, 3, 4, 5, 6, 7, 8);
    Tensor f = floats(DType.FLOAT32, 0, 0, 0, 0, 0, 0, 0, 0);
    run(
        body(
            "A.vstore([T.Ramp(0, 1, 4)], T.Broadcast(9, 4), predicate=A[0:4] > T.Broadcast(2, 4))",
            "F[0:4] = T.Cast(\"float32x4\", A[4:8]) * T.Broadcast(T.float32(0.5), 4)",
            "A[4:8] = T.Select(T.Ramp(0, 1, 4) < T.Broadcast(2, 4), A[0:4], A[4:8])"),
        a,
        f,
        5);
    assertThat(a.toLongs()).containsExactly(1, 2, 9, 9, 1, 2, 7, 8);
    assertThat(f.toFloats()).startsWith(2.5f, 3f, 3.5f, 4f);
  }
}
