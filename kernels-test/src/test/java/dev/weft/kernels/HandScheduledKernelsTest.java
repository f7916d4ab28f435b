package dev.weft.kernels;

import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.INT32;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels scheduled by hand, on every device and in the interpreter, for odd sizes too. */
@ExtendWith(DeviceCounts.class)
final class HandScheduledKernelsTest {
  private static final List<DType> DTYPES = List.of(FLOAT32, FLOAT16, INT32);

  /**
   * A schedule.
   *
   * @param function what it must compute
   * @param scheduled the schedule
   * @param size value of the symbolic dimensions
   * @param terms terms of a sum
   */
  record Case(String name, PrimFunc function, PrimFunc scheduled, long size, long terms) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Two stages in shared memory, one after the other, which can use the same memory. */
  private static PrimFunc reversedTwice() {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def reversed_twice(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32")):
            first = T.alloc_buffer((64,), "float32", scope="shared")
            second = T.alloc_buffer((64,), "float32", scope="shared")
            for i in T.thread_binding(1, thread="blockIdx.x"):
                for j in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("first"):
                        vj = T.axis.spatial(64, j)
                        first[vj] = A[vj]
                for j in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("B"):
                        vj = T.axis.spatial(64, j)
                        B[vj] = first[63 - vj]
                for j in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("second"):
                        vj = T.axis.spatial(64, j)
                        second[vj] = B[vj] * T.float32(2)
                for j in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("B_again"):
                        vj = T.axis.spatial(64, j)
                        B[vj] = second[63 - vj]
        """);
  }

  /** Vectors that go past the caches, at multiples of their size or not. */
  private static PrimFunc streamed(int offset) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def streamed(A: T.Buffer((256,), "float32"), B: T.Buffer((264,), "float32")):
            for x in T.thread_binding(4, thread="blockIdx.x"):
                for i in T.serial(8, annotations={"weft.streaming_stores": 1}):
                    for j in T.vectorized(8):
                        with T.block("B"):
                            v = T.axis.spatial(256, x * 64 + i * 8 + j)
                            B[v + %1$s] = A[v] + T.float32(1)
            for j in T.thread_binding(8, thread="blockIdx.x"):
                with T.block("rest"):
                    v = T.axis.spatial(8, j)
                    B[T.if_then_else(v < %1$s, v, v + 256)] = T.float32(0)
        """
            .formatted(offset));
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int offset : new int[] {0, 3}) {
      cases.add(new Case("streamed + " + offset, streamed(offset), streamed(offset), 256, 1));
    }
    cases.add(new Case("two stages", reversedTwice(), reversedTwice(), 64, 1));
    for (DType dtype : DTYPES) {
      for (long n : new long[] {1, 7, 128, 1023, 1031}) {
        PrimFunc add = VectorAdd.function(Expr.int32(n), dtype);
        cases.add(
            new Case("vector add " + dtype + " " + n, add, VectorAdd.onThreads(add, 128), n, 1));
        PrimFunc sum = WindowSum.function(Expr.int32(n), 3, dtype);
        cases.add(
            new Case("window sum " + dtype + " " + n, sum, WindowSum.onThreads(sum, 128), n, 3));
        cases.add(
            new Case(
                "window sum shared " + dtype + " " + n,
                sum,
                WindowSum.withSharedStage(sum, 128),
                n,
                3));
      }
      for (int threads : new int[] {32, 128, 24}) {
        PrimFunc rows = RowSum.function(Expr.int32(5), Expr.int32(203), dtype);
        PrimFunc shared = RowSum.acrossThreads(rows, threads);
        cases.add(new Case("row sum " + dtype + " by " + threads, rows, shared, 5, 203));
      }
      for (long[] s :
          new long[][] {{1, 1, 1}, {7, 7, 7}, {64, 64, 64}, {61, 67, 71}, {128, 64, 32}}) {
        addMatmul(cases, s[0], s[1], s[2], dtype);
      }
    }
    Var n = Var.int32("n");
    for (long size : new long[] {1, 1023}) {
      PrimFunc add = VectorAdd.function(n, FLOAT32);
      cases.add(new Case("vector add n=" + size, add, VectorAdd.onThreads(add, 128), size, 1));
      PrimFunc sum = WindowSum.function(n, 3, FLOAT32);
      cases.add(new Case("window sum n=" + size, sum, WindowSum.onThreads(sum, 128), size, 3));
    }
    return cases.stream();
  }

  private static void addMatmul(List<Case> cases, long m, long n, long k, DType dtype) {
    PrimFunc f = Matmul.function(Expr.int32(m), Expr.int32(n), Expr.int32(k), dtype);
    String shape = " " + dtype + " " + m + "x" + n + "x" + k;
    cases.add(new Case("matmul plain" + shape, f, Matmul.plain(f, 8), m, k));
    // Tiles that divide the sizes: 1 for primes.
    boolean even = m % 32 == 0 && n % 32 == 0 && k % 8 == 0;
    int block = even ? 8 : 1;
    int local = even ? 4 : 1;
    Matmul.Tile tile = new Matmul.Tile(block, local, even ? 4 : 1);
    cases.add(new Case("matmul registers" + shape, f, Matmul.registerBlocked(f, tile), m, k));
    int vector = even ? 4 : 1;
    Matmul.Tile shared = new Matmul.Tile(block, local, even ? 8 : 1);
    cases.add(new Case("matmul shared" + shape, f, Matmul.sharedBlocked(f, shared, vector), m, k));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void interpreterComputesTheSame(Case test) {
    Samples.of(test.function(), test.size(), test.terms())
        .check(tensors -> Interpreter.run(test.scheduled(), tensors));
  }

  static Stream<Arguments> casesOnDevices() {
    return cases()
        .flatMap(test -> DeviceUnderTest.all().stream().map(device -> Arguments.of(test, device)));
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("casesOnDevices")
  void devicesComputeTheSame(Case test, DeviceUnderTest device) {
    device.check(test.scheduled(), Samples.of(test.function(), test.size(), test.terms()));
  }
}
