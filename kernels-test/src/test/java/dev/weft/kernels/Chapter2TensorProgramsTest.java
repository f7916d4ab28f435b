package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.te.Te;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensor programs: as text, as tensor expressions, and what schedules do to them. */
@ExtendWith(DeviceCounts.class)
final class Chapter2TensorProgramsTest {
  private static List<Tensor> vectors() {
    Tensor a = Tensor.allocate(DType.FLOAT32, 128);
    Tensor b = Tensor.allocate(DType.FLOAT32, 128);
    for (long i = 0; i < 128; i++) {
      a.setDouble(i, (double) i);
      b.setDouble(i, 1);
    }
    return List.of(a, b, Golden.unset(128));
  }

  private static void assertCounts(Tensor c) {
    for (long i = 0; i < 128; i++) {
      assertThat(c.getDouble(i)).isEqualTo((double) (i + 1));
    }
  }

  private static void checkAdds(PrimFunc function) {
    List<Tensor> tensors = vectors();
    Interpreter.run(function, tensors);
    assertCounts(tensors.get(2));
  }

  @Test
  void aProgramIsReadFromItsTextAndPrinted() {
    IRModule module = CoursePrograms.vectorAdd(128);
    assertThat(module.functions()).containsOnlyKeys("main");
    assertThat(StructuralEqual.check(TvmScript.parseModule(TvmScript.print(module)), module))
        .isEmpty();
    assertThat(TvmScript.print(module)).contains("C[vi] = A[vi] + B[vi]");
    checkAdds(module.get("main"));
  }

  @Test
  void splitReorderParallel() {
    PrimFunc scheduled = VectorAdd.tiledInParallel(CoursePrograms.vectorAdd(128).get("main"));
    Structure.assertBody(
        scheduled,
        """
        for i_0 in T.parallel(8):
            for i_2, i_1 in T.grid(4, 4):
                with T.block("C"):
                    vi = T.axis.spatial(128, i_0 * 16 + i_1 * 4 + i_2)
                    T.reads(A[vi], B[vi])
                    T.writes(C[vi])
                    C[vi] = A[vi] + B[vi]
        """);
    checkAdds(scheduled);
  }

  @Test
  void vectorize() {
    PrimFunc scheduled = VectorAdd.vectorized(CoursePrograms.vectorAdd(128).get("main"), 4);
    Structure.assertBody(
        scheduled,
        """
        for i_0 in T.parallel(32):
            for i_1 in T.vectorized(4):
                with T.block("C"):
                    vi = T.axis.spatial(128, i_0 * 4 + i_1)
                    T.reads(A[vi], B[vi])
                    T.writes(C[vi])
                    C[vi] = A[vi] + B[vi]
        """);
    checkAdds(scheduled);
  }

  @Test
  void theSameProgramFromTensorExpressions() {
    var a = Te.placeholder("A", DType.FLOAT32, 128);
    var b = Te.placeholder("B", DType.FLOAT32, 128);
    var c =
        Te.compute("C", a.shape(), List.of("i"), Map.of(), i -> Expr.add(a.at(i), b.at(i.get(0))));
    PrimFunc function = Te.primFunc("main", a, b, c);
    Structure.assertBody(
        function,
        """
        for i0 in range(128):
            with T.block("C"):
                i = T.axis.spatial(128, i0)
                T.reads(A[i], B[i])
                T.writes(C[i])
                C[i] = A[i] + B[i]
        """);
    assertThat(StructuralEqual.check(function, CoursePrograms.vectorAdd(128).get("main")))
        .isEmpty();
    checkAdds(function);
  }

  private static PrimFunc cacheBlocked(PrimFunc matmul, int tile) {
    Schedule schedule = Schedule.of(matmul);
    assertThat(Matmul.cacheBlocked(schedule, tile)).hasSize(2);
    return schedule.function();
  }

  private static PrimFunc matmulExpression(int n) {
    Expr size = Expr.int32(n);
    return Matmul.function(size, size, size, DType.FLOAT32);
  }

  @Test
  void cacheBlockingOfAMatmul() {
    Structure.assertBody(
        cacheBlocked(matmulExpression(1024), 32),
        """
        for i0_0, i1_0, i2, i0_1, i1_1 in T.grid(32, 32, 1024, 32, 32):
            with T.block("C"):
                v0 = T.axis.spatial(1024, i0_0 * 32 + i0_1)
                v1 = T.axis.spatial(1024, i1_0 * 32 + i1_1)
                k = T.axis.reduce(1024, i2)
                T.reads(A[v0, k], B[k, v1])
                T.writes(C[v0, v1])
                with T.init():
                    C[v0, v1] = T.float32(0)
                C[v0, v1] = C[v0, v1] + A[v0, k] * B[k, v1]
        """);
  }

  @Test
  void cacheBlockingKeepsTheResult() {
    PrimFunc matmul = matmulExpression(128);
    Golden.MATMUL_128.checkMatmul(128, matmul, Interpreter::run);
    Golden.MATMUL_128.checkMatmul(128, cacheBlocked(matmul, 32), Interpreter::run);
  }

  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream();
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void devicesAdd(DeviceUnderTest device) {
    List<Tensor> tensors = vectors();
    DeviceCounts.count(
        device.name(), () -> device.run(CoursePrograms.vectorAdd(128).get("main"), tensors));
    assertCounts(tensors.get(2));
  }

  /** Before and after cache blocking; a block of threads is one tile's loop nest here. */
  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void devicesMultiply(DeviceUnderTest device) {
    int n = device.isInterpreter() ? 128 : 1024;
    Golden golden = device.isInterpreter() ? Golden.MATMUL_128 : Golden.MATMUL_1024;
    PrimFunc matmul = matmulExpression(n);
    Schedule schedule = Schedule.of(matmul);
    List<LoopRef> tiles = Matmul.cacheBlocked(schedule, 32);
    schedule.bind(tiles.get(0), "blockIdx.y");
    schedule.bind(tiles.get(1), "blockIdx.x");
    for (PrimFunc function : List.of(matmul, schedule.function())) {
      DeviceCounts.count(device.name(), () -> golden.checkMatmul(n, function, device::run));
    }
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void theTimeOfARunIsMeasured(DeviceUnderTest device) {
    int n = 128;
    List<Tensor> tensors =
        List.of(
            Golden.left(DType.FLOAT32, n, n),
            Golden.right(DType.FLOAT32, n, n),
            Golden.unset(n, n));
    DeviceCounts.count(
        device.name(),
        () ->
            assertThat(new TimeEvaluator(device.open(), 1).mean(matmulExpression(n), tensors))
                .isPositive());
    Golden.MATMUL_128.check(tensors.get(2));
  }
}
