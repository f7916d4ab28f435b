package dev.weft.kernels;

import static dev.weft.base.DType.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Tensor;
import dev.weft.compiler.CompiledFunction;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Results that were worked out elsewhere, with integers in 64 bits: the inputs are whole numbers
 * whose partial sums float32 holds exactly, so every schedule must give every digit.
 */
@ExtendWith(DeviceCounts.class)
final class GoldenKernelsTest {
  private static final Matmul.Tile REGISTERS = new Matmul.Tile(8, 8, 4);
  private static final Matmul.Tile SHARED = new Matmul.Tile(8, 8, 8);

  /** What a result must be: its first elements, its sum, and a sum weighted by position. */
  private record Golden(List<Long> first, long last, long sum, long weighted) {
    void check(Tensor result) {
      long sum = 0;
      long weighted = 0;
      for (long i = 0; i < result.elements(); i++) {
        long value = (long) result.getDouble(i);
        sum += value;
        weighted += value * ((i + 1) % 1009);
      }
      List<Long> start =
          Stream.iterate(0L, i -> i + 1)
              .limit(first.size())
              .map(i -> (long) result.getDouble(i))
              .toList();
      assertThat(start).isEqualTo(first);
      assertThat((long) result.getDouble(result.elements() - 1)).isEqualTo(last);
      assertThat(sum).isEqualTo(this.sum);
      assertThat(weighted).isEqualTo(this.weighted);
    }
  }

  private static final Golden MATMUL_128 =
      new Golden(List.of(25L, 28L, -60L, -57L), -30, -48, 117493);
  private static final Golden MATMUL_1024 =
      new Golden(List.of(63L, -38L, -74L, -32L), -53, -54, -74380);
  private static final Golden WINDOW_SUM = new Golden(List.of(3L, 6L, 9L, 12L), 6, 9207, 4581863);

  private static PrimFunc matmul(long n) {
    Expr size = Expr.int32(n);
    return Matmul.function(size, size, size, FLOAT32);
  }

  private static void checkMatmul(
      long n, Golden golden, BiConsumer<PrimFunc, List<Tensor>> run, PrimFunc scheduled) {
    Tensor a = Tensor.allocate(FLOAT32, n, n);
    Tensor b = Tensor.allocate(FLOAT32, n, n);
    Tensor c = Tensor.allocate(FLOAT32, n, n);
    for (long i = 0; i < n; i++) {
      for (long j = 0; j < n; j++) {
        a.setDouble(i * n + j, (double) ((i * 7 + j * 3) % 11 - 5));
        b.setDouble(i * n + j, (double) ((i * 5 + j * 2) % 13 - 6));
      }
    }
    run.accept(scheduled, List.of(a, b, c));
    golden.check(c);
  }

  private static void checkWindowSum(BiConsumer<PrimFunc, List<Tensor>> run, PrimFunc scheduled) {
    Tensor a = Tensor.allocate(FLOAT32, 1027);
    Tensor b = Tensor.allocate(FLOAT32, 1024);
    for (long i = 0; i < a.elements(); i++) {
      a.setDouble(i, (double) (i % 7));
    }
    run.accept(scheduled, List.of(a, b));
    WINDOW_SUM.check(b);
  }

  private static void all(BiConsumer<PrimFunc, List<Tensor>> run) {
    PrimFunc matmul = matmul(128);
    checkMatmul(128, MATMUL_128, run, matmul);
    checkMatmul(128, MATMUL_128, run, Matmul.plain(matmul, 16));
    checkMatmul(128, MATMUL_128, run, Matmul.registerBlocked(matmul, REGISTERS));
    checkMatmul(128, MATMUL_128, run, Matmul.sharedBlocked(matmul, SHARED, 4));
    PrimFunc sum = WindowSum.function(Expr.int32(1024), 3, FLOAT32);
    checkWindowSum(run, sum);
    checkWindowSum(run, WindowSum.onThreads(sum, 128));
    checkWindowSum(run, WindowSum.withSharedStage(sum, 128));
  }

  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream();
  }

  @Test
  void interpreterGivesTheGoldenResults() {
    all(Interpreter::run);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void devicesGiveTheGoldenResults(DeviceUnderTest device) {
    DeviceCounts.count(device.name(), () -> all((f, tensors) -> run(device, f, tensors)));
  }

  @ParameterizedTest
  @MethodSource("devices")
  void largeMatmulIsExact(DeviceUnderTest device) {
    Assumptions.assumeFalse(
        device.name().equals("interpreter"),
        "a thousand million steps take the interpreter minutes");
    PrimFunc matmul = matmul(1024);
    for (PrimFunc scheduled :
        List.of(
            matmul,
            Matmul.registerBlocked(matmul, REGISTERS),
            Matmul.sharedBlocked(matmul, SHARED, 4))) {
      DeviceCounts.count(
          device.name(),
          () -> checkMatmul(1024, MATMUL_1024, (f, tensors) -> run(device, f, tensors), scheduled));
    }
  }

  private static void run(DeviceUnderTest device, PrimFunc function, List<Tensor> tensors) {
    try (CompiledFunction compiled = CompiledFunction.compile(function, device.open())) {
      compiled.run(tensors);
    }
  }
}
