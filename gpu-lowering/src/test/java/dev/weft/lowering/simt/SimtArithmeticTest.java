package dev.weft.lowering.simt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation on every type gives, bit by bit, what the reference interpreter gives. */
class SimtArithmeticTest {
  private static final int N = 256;

  private static final List<DType> DTYPES =
      List.of(
          DType.FLOAT64,
          DType.FLOAT32,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.INT64,
          DType.INT32,
          DType.INT8,
          DType.UINT64,
          DType.UINT32,
          DType.UINT8);

  static Stream<Arguments> operations() {
    List<Arguments> cases = new ArrayList<>();
    for (DType dtype : DTYPES) {
      for (BinaryOp op : BinaryOp.values()) {
        switch (op.kind) {
          case ARITHMETIC ->
              cases.add(
                  Arguments.of(
                      op + " " + dtype, dtype, dtype, op((a, b) -> new Expr.Binary(op, a, b))));
          case COMPARISON ->
              cases.add(
                  Arguments.of(
                      op + " " + dtype,
                      dtype,
                      DType.BOOL,
                      op((a, b) -> new Expr.Binary(op, a, b))));
          case LOGIC -> {}
        }
      }
      for (DType to : DTYPES) {
        cases.add(
            Arguments.of(
                dtype + " to " + to,
                dtype,
                to,
                op((a, b) -> new Expr.Cast(to.withLanes(a.dtype().lanes()), a))));
      }
      cases.add(
          Arguments.of(
              "choice " + dtype,
              dtype,
              dtype,
              op((a, b) -> new Expr.Select(new Expr.Binary(BinaryOp.LT, a, b), a, b))));
    }
    return cases.stream();
  }

  private static BinaryOperator<Expr> op(BinaryOperator<Expr> op) {
    return op;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void sameAsTheReference(String name, DType from, DType to, BinaryOperator<Expr> operation) {
    for (int lanes : new int[] {1, 4}) {
      PrimFunc kernel = kernel(from, to, lanes, operation);
      Tensor a = values(from, 1);
      Tensor b = values(from, 2);
      Tensor expected = Tensor.allocate(to, N);
      Tensor actual = Tensor.allocate(to, N);
      Interpreter.run(kernel, List.of(a, b, expected));
      SimtReport report = SimtRun.run(kernel, a, b, actual);
      assertThat(report.findings()).isEmpty();
      for (int i = 0; i < N; i++) {
        if (to.isFloat()) {
          assertThat(Double.valueOf(actual.getDouble(i)))
              .as("%s of %s and %s", name, a.getDouble(i), b.getDouble(i))
              .isEqualTo(Double.valueOf(expected.getDouble(i)));
        } else {
          assertThat(actual.getLong(i)).as("%s at %s", name, i).isEqualTo(expected.getLong(i));
        }
      }
    }
  }

  /** {@code C[i] = operation(A[i], B[i])} by 64 threads of 4 elements, as vectors or one by one. */
  private static PrimFunc kernel(DType from, DType to, int lanes, BinaryOperator<Expr> operation) {
    Buffer a = Buffer.of("A", from, N);
    Buffer b = Buffer.of("B", from, N);
    Buffer c = Buffer.of("C", to, N);
    Var tx = Var.int32("tx");
    Expr first = Expr.mul(tx, 4);
    Stmt body;
    if (lanes == 4) {
      Expr index = new Expr.Ramp(first, Expr.int32(1), 4);
      body = new Stmt.Store(c, operation.apply(a.at(index), b.at(index)), List.of(index));
    } else {
      Var k = Var.int32("k");
      Expr index = Expr.add(first, k);
      Stmt one = new Stmt.Store(c, operation.apply(a.at(index), b.at(index)), List.of(index));
      body = Stmt.For.serial(k, Expr.int32(4), one);
    }
    IterVar axis = IterVar.thread(Expr.int32(64), tx, ThreadTag.THREAD_IDX_X);
    Stmt threads = new Stmt.Attr(axis, "thread_extent", Expr.int32(64), body);
    Map<Var, Buffer> buffers = new LinkedHashMap<>();
    for (Buffer buffer : List.of(a, b, c)) {
      buffers.put(Var.of(buffer.name() + "_handle", DType.HANDLE), buffer);
    }
    return new PrimFunc(List.copyOf(buffers.keySet()), buffers, Map.of(), threads);
  }

  /** Ordinary and extreme values; no divisor is zero. */
  private static Tensor values(DType dtype, long seed) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.allocate(dtype, N);
    double[] special = {1, -1, 0.5, 1e30, -1e30, 1e-40, Double.NaN, Double.POSITIVE_INFINITY, -0.0};
    for (int i = 0; i < N; i++) {
      if (dtype.isFloat()) {
        boolean odd = random.nextInt(4) == 0;
        tensor.setDouble(
            i, odd ? special[random.nextInt(special.length)] : random.nextGaussian() * 100);
      } else {
        tensor.setLong(i, random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(9) - 4);
        if (tensor.getLong(i) == 0) {
          tensor.setLong(i, 3);
        }
      }
    }
    return tensor;
  }
}
