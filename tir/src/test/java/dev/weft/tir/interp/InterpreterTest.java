package dev.weft.tir.interp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterpreterTest {
  @Test
  void matmulInitialisesAtTheStartOfTheReduction() {
    int m = 7;
    int n = 5;
    int k = 11;
    PrimFunc matmul = matmul(m, n, k, DType.FLOAT32);
    Tensor a = Tensor.allocate(DType.FLOAT32, m, k);
    Tensor b = Tensor.allocate(DType.FLOAT32, k, n);
    Tensor c = Tensor.allocate(DType.FLOAT32, m, n);
    for (int i = 0; i < a.elements(); i++) {
      a.setDouble(i, i % 11 - 5);
    }
    for (int i = 0; i < b.elements(); i++) {
      b.setDouble(i, i % 13 - 6);
    }
    for (int i = 0; i < c.elements(); i++) {
      c.setDouble(i, 1e9);
    }

    Interpreter.run(matmul, List.of(a, b, c));

    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int x = 0; x < k; x++) {
          sum += a.getDouble((long) i * k + x) * b.getDouble((long) x * n + j);
        }
        assertThat(c.getDouble((long) i * n + j)).isEqualTo(sum);
      }
    }
  }

  @Test
  void symbolicShapeComesFromTheArgument() {
    Var n = Var.int32("n");
    PrimFunc twice = elementwise(n, DType.INT32, (x, i) -> Expr.mul(x, 2));
    Tensor in = Tensor.of(new int[] {1, 2, 3}, 3);
    Tensor out = Tensor.allocate(DType.INT32, 3);

    Interpreter.run(twice, List.of(in, out));

    assertThat(out.toLongs()).containsExactly(2, 4, 6);
    Tensor tooLong = Tensor.allocate(DType.INT32, 4);
    assertThatThrownBy(() -> Interpreter.run(twice, List.of(in, tooLong)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("argument 1 ('B') is int32[4]")
        .hasMessageContaining("dimension 0 must be 3");
  }

  @Test
  void readOutOfBoundsNamesTheBlockAndTheValues() {
    PrimFunc shifted = shifted(4);
    Tensor in = Tensor.allocate(DType.FLOAT32, 4);
    Tensor out = Tensor.allocate(DType.FLOAT32, 4);

    assertThatThrownBy(() -> Interpreter.run(shifted, List.of(in, out)))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining("index 0 of 'A' is 4, outside [0, 4)")
        .hasMessageContaining("i=3")
        .hasMessageContaining("block 'B' (vi=3)");
  }

  @Test
  void readOfUnwrittenMemoryIsReported() {
    Buffer temp = Buffer.of("T", DType.FLOAT32, 4);
    Buffer out = Buffer.of("B", DType.FLOAT32, 4);
    Var i = Var.int32("i");
    Stmt body = Stmt.For.serial(i, Expr.int32(4), new Stmt.Store(out, temp.at(i), List.of(i)));
    PrimFunc f = function(List.of(out), List.of(temp), body);

    assertThatThrownBy(() -> Interpreter.run(f, List.of(Tensor.allocate(DType.FLOAT32, 4))))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining("'T' is read at [0], which has not been written");
  }

  @Test
  void axisOutsideItsDomainIsReported() {
    Buffer out = Buffer.of("B", DType.FLOAT32, 128);
    Var i = Var.int32("i");
    Var vi = Var.int32("vi");
    Stmt.Block block =
        new Stmt.Block(
            "B",
            List.of(IterVar.spatial(Expr.int32(127), vi)),
            List.of(),
            List.of(BufferRegion.point(out, List.of(vi))),
            List.of(),
            List.of(),
            Map.of(),
            null,
            new Stmt.Store(out, Expr.float32(1), List.of(vi)));
    Stmt loop =
        Stmt.For.serial(
            i, Expr.int32(128), new Stmt.BlockRealize(List.of(i), Expr.bool(true), block));

    assertThatThrownBy(
            () ->
                Interpreter.run(
                    function(List.of(out), List.of(), loop),
                    List.of(Tensor.allocate(DType.FLOAT32, 128))))
        .hasMessageContaining("axis 'vi' of block 'B' is 127, outside its domain [0, 127)");
  }

  @Test
  void integersWrapAround() {
    PrimFunc f = elementwise(Expr.int32(3), DType.INT8, (x, i) -> Expr.add(x, 100));
    Tensor in = Tensor.allocate(DType.INT8, 3);
    in.setLong(0, 27);
    in.setLong(1, 28);
    in.setLong(2, -128);
    Tensor out = Tensor.allocate(DType.INT8, 3);

    Interpreter.run(f, List.of(in, out));

    assertThat(out.toLongs()).containsExactly(127, -128, -28);
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16", "float32", "float64"})
  void floatsAreRoundedAfterEveryOperation(String name) {
    DType dtype = DType.parse(name);
    PrimFunc f =
        elementwise(Expr.int32(1), dtype, (x, i) -> Expr.sub(Expr.add(x, Expr.imm(dtype, 1.0)), x));
    Tensor in = Tensor.allocate(dtype, 1);
    double big = Math.scalb(1.0, dtype.equals(DType.BFLOAT16) ? 9 : dtype.bits() == 16 ? 12 : 60);
    in.setDouble(0, big);
    Tensor out = Tensor.allocate(dtype, 1);

    Interpreter.run(f, List.of(in, out));

    assertThat(out.getDouble(0)).isZero();
  }

  @Test
  void minAndMaxGiveNanIfEitherIsNan() {
    PrimFunc f = elementwise(Expr.int32(3), DType.FLOAT32, (x, i) -> Expr.max(x, Expr.float32(0)));
    Tensor in = Tensor.of(new float[] {Float.NaN, -1, 2}, 3);
    Tensor out = Tensor.allocate(DType.FLOAT32, 3);

    Interpreter.run(f, List.of(in, out));

    assertThat(out.toFloats()).containsExactly(Float.NaN, 0, 2);
  }

  @Test
  void vectorStoreReadsAllLanesFirst() {
    Buffer a = Buffer.of("A", DType.INT32, 5);
    Stmt shift =
        new Stmt.Store(
            a,
            new Expr.Load(a, List.of(new Expr.Ramp(Expr.int32(0), Expr.int32(1), 4))),
            List.of(new Expr.Ramp(Expr.int32(1), Expr.int32(1), 4)));
    Tensor t = Tensor.of(new int[] {1, 2, 3, 4, 5}, 5);

    Interpreter.run(function(List.of(a), List.of(), shift), List.of(t));

    assertThat(t.toLongs()).containsExactly(1, 1, 2, 3, 4);
  }

  @Test
  void ifThenElseEvaluatesOnlyTheChosenSideAndSelectBoth() {
    Expr inside = Expr.int32(0);
    PrimFunc lazy =
        elementwise(
            Expr.int32(1),
            DType.INT32,
            (x, i) ->
                Expr.Call.of(
                    DType.INT32,
                    Intrinsic.IF_THEN_ELSE,
                    Expr.gt(x, inside),
                    x,
                    new Expr.Binary(BinaryOp.FLOOR_DIV, x, x)));
    PrimFunc eager =
        elementwise(
            Expr.int32(1),
            DType.INT32,
            (x, i) ->
                new Expr.Select(Expr.ge(x, inside), x, new Expr.Binary(BinaryOp.FLOOR_DIV, x, x)));
    Tensor zero = Tensor.of(new int[] {0}, 1);
    Tensor three = Tensor.of(new int[] {3}, 1);
    Tensor out = Tensor.allocate(DType.INT32, 1);

    Interpreter.run(lazy, List.of(three, out));
    assertThat(out.getLong(0)).isEqualTo(3);
    assertThatThrownBy(() -> Interpreter.run(eager, List.of(zero, out)))
        .hasMessageContaining("division by zero");
  }

  @Test
  void externFunctionGetsPointers() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 3);
    Stmt call =
        new Stmt.Evaluate(
            Expr.Call.of(
                DType.INT32,
                Intrinsic.CALL_EXTERN,
                new Expr.StringImm("fill"),
                Expr.Call.of(DType.HANDLE, Intrinsic.ADDRESS_OF, a.at(Expr.int32(1))),
                Expr.float32(2.5)));
    Tensor t = Tensor.allocate(DType.FLOAT32, 3);

    Interpreter.of(dev.weft.tir.IRModule.of("main", function(List.of(a), List.of(), call)))
        .withExtern(
            "fill",
            args -> {
              Pointer p = (Pointer) args.get(0);
              p.set(0, (Double) args.get(1));
              p.set(1, -p.get(0));
              return 0;
            })
        .run("main", List.of(t));

    assertThat(t.toFloats()).containsExactly(0f, 2.5f, -2.5f);
  }

  private static PrimFunc function(List<Buffer> params, List<Buffer> temps, Stmt body) {
    Map<Var, Buffer> map = new LinkedHashMap<>();
    for (Buffer buffer : params) {
      map.put(Var.of(buffer.name(), DType.HANDLE), buffer);
    }
    Stmt.Block root =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), temps, List.of(), Map.of(), null, body);
    return new PrimFunc(
        List.copyOf(map.keySet()),
        map,
        Map.of(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm("main")),
        new Stmt.BlockRealize(List.of(), Expr.bool(true), root));
  }

  private static PrimFunc elementwise(Expr extent, DType dtype, BiFunction<Expr, Expr, Expr> op) {
    Buffer in = Buffer.of("A", dtype, Scope.GLOBAL, List.of(extent));
    Buffer out = Buffer.of("B", dtype, Scope.GLOBAL, List.of(extent));
    Var i = Var.int32("i");
    Stmt body = Stmt.For.serial(i, extent, new Stmt.Store(out, op.apply(in.at(i), i), List.of(i)));
    return function(List.of(in, out), List.of(), body);
  }

  private static PrimFunc shifted(int extent) {
    Buffer in = Buffer.of("A", DType.FLOAT32, extent);
    Buffer out = Buffer.of("B", DType.FLOAT32, extent);
    Var i = Var.int32("i");
    Var vi = Var.int32("vi");
    Stmt.Block block =
        new Stmt.Block(
            "B",
            List.of(IterVar.spatial(Expr.int32(extent), vi)),
            List.of(BufferRegion.point(in, List.of(Expr.add(vi, 1)))),
            List.of(BufferRegion.point(out, List.of(vi))),
            List.of(),
            List.of(),
            Map.of(),
            null,
            new Stmt.Store(out, in.at(Expr.add(vi, 1)), List.of(vi)));
    return function(
        List.of(in, out),
        List.of(),
        Stmt.For.serial(
            i, Expr.int32(extent), new Stmt.BlockRealize(List.of(i), Expr.bool(true), block)));
  }

  private static PrimFunc matmul(int m, int n, int k, DType dtype) {
    Buffer a = Buffer.of("A", dtype, m, k);
    Buffer b = Buffer.of("B", dtype, k, n);
    Buffer c = Buffer.of("C", dtype, m, n);
    Var i = Var.int32("i");
    Var j = Var.int32("j");
    Var x = Var.int32("k");
    Var vi = Var.int32("vi");
    Var vj = Var.int32("vj");
    Var vk = Var.int32("vk");
    Stmt.Block block =
        new Stmt.Block(
            "C",
            List.of(
                IterVar.spatial(Expr.int32(m), vi),
                IterVar.spatial(Expr.int32(n), vj),
                new IterVar(Range.of(k), vk, IterVar.Kind.REDUCE, null)),
            List.of(BufferRegion.point(a, List.of(vi, vk)), BufferRegion.point(b, List.of(vk, vj))),
            List.of(BufferRegion.point(c, List.of(vi, vj))),
            List.of(),
            List.of(),
            Map.of(),
            new Stmt.Store(c, Expr.imm(dtype, 0), List.of(vi, vj)),
            new Stmt.Store(
                c, Expr.add(c.at(vi, vj), Expr.mul(a.at(vi, vk), b.at(vk, vj))), List.of(vi, vj)));
    Stmt nest =
        Stmt.For.serial(
            i,
            Expr.int32(m),
            Stmt.For.serial(
                j,
                Expr.int32(n),
                Stmt.For.serial(
                    x,
                    Expr.int32(k),
                    new Stmt.BlockRealize(List.of(i, j, x), Expr.bool(true), block))));
    return function(List.of(a, b, c), List.of(), nest);
  }
}
