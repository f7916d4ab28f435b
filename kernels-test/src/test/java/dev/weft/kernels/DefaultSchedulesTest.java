package dev.weft.kernels;

import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.FLOAT64;
import static dev.weft.base.DType.INT32;
import static dev.weft.base.DType.INT8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Default schedules keep what functions compute: in the interpreter, scheduled for a CPU and for a
 * GPU, and on every device.
 */
@ExtendWith(DeviceCounts.class)
final class DefaultSchedulesTest {
  /**
   * A function, the rules that are expected on a CPU and on a GPU, and the sizes of its symbolic
   * dimensions.
   */
  record Case(String name, PrimFunc function, List<String> cpu, List<String> gpu, long size) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Case both(String name, PrimFunc function, String... rules) {
    return new Case(name, function, List.of(rules), List.of(rules), 37);
  }

  private static Case each(String name, PrimFunc function, String cpu, String gpu) {
    return new Case(name, function, List.of(cpu), List.of(gpu), 37);
  }

  private static Expr n(long value) {
    return Expr.int32(value);
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (long size : new long[] {1, 7, 64, 1023, 8192}) {
      for (DType dtype : List.of(FLOAT32, FLOAT16, INT32)) {
        cases.add(
            both(
                "chain " + dtype + " " + size,
                Functions.chain(Functions.sizes(size), dtype),
                "element-wise"));
      }
    }
    cases.add(
        both("chain 3-d", Functions.chain(Functions.sizes(3, 5, 8), FLOAT32), "element-wise"));
    cases.add(both("scalar", Functions.scalar(), "fallback"));
    for (long[] s : new long[][] {{1, 1}, {7, 5}, {16, 64}, {33, 17}, {1, 128}, {128, 1}}) {
      String shape = " " + s[0] + "x" + s[1];
      Expr m = n(s[0]);
      Expr k = n(s[1]);
      cases.add(both("broadcast" + shape, Functions.broadcast(m, k), "element-wise"));
      cases.add(both("transpose" + shape, Functions.transpose(m, k), "element-wise"));
      cases.add(both("sum rows" + shape, Functions.sumRows(m, k, FLOAT32), "reduction"));
      cases.add(both("sum rows i32" + shape, Functions.sumRows(m, k, INT32), "reduction"));
      cases.add(both("mean columns" + shape, Functions.meanColumns(m, k), "reduction"));
      cases.add(both("max of all" + shape, Functions.maxOfAll(m, k), "reduction"));
      cases.add(both("argmax rows" + shape, Functions.argmaxRows(m, k), "reduction"));
      cases.add(both("softmax" + shape, Functions.softmax(m, k, n(1)), "staged-rows"));
      cases.add(both("softmax mid" + shape, Functions.softmax(n(3), m, k), "staged-rows"));
      cases.add(both("layer norm" + shape, Functions.layerNorm(m, k), "staged-rows"));
    }
    cases.add(both("max pool", Functions.maxPool(3, 5, 7), "reduction"));
    cases.add(both("gather", Functions.gather(n(19), 11), "element-wise"));
    for (long[] s :
        new long[][] {
          {1, 1, 1},
          {7, 5, 3},
          {16, 16, 16},
          {33, 17, 9},
          {64, 96, 32},
          {1, 64, 40},
          {40, 1, 33},
          {24, 40, 7}
        }) {
      String shape = " " + s[0] + "x" + s[1] + "x" + s[2];
      String gpu = s[0] >= 16 && s[1] >= 16 ? "matmul-gpu" : "reduction";
      // Register tiles in both directions need several rows and several columns.
      boolean tiles = s[0] > 1 && s[1] > 1;
      String single = s[0] > 1 ? "reduction" : "contraction-cpu";
      String cpu = tiles ? "packed-contraction" : single;
      for (DType dtype : List.of(FLOAT32, INT32)) {
        PrimFunc plain = Functions.matmul(n(s[0]), n(s[1]), n(s[2]), dtype, false, false);
        cases.add(each("matmul " + dtype + shape, plain, cpu, gpu));
      }
      PrimFunc tail = Functions.matmul(n(s[0]), n(s[1]), n(s[2]), FLOAT32, false, true);
      cases.add(each("matmul bias relu" + shape, tail, cpu, gpu));
      PrimFunc transposed = Functions.matmul(n(s[0]), n(s[1]), n(s[2]), FLOAT32, true, true);
      cases.add(
          each(
              "matmul transposed" + shape,
              transposed,
              tiles || s[1] == 1 ? cpu : "reduction",
              gpu));
    }
    cases.add(
        each(
            "batch matmul",
            Functions.batchMatmul(3, 17, 24, 5),
            "packed-contraction",
            "matmul-gpu"));
    for (long[] s :
        new long[][] {{1, 1, 1, 1}, {3, 8, 8, 1}, {3, 5, 7, 1}, {4, 12, 16, 2}, {2, 6, 28, 1}}) {
      String shape = " " + s[0] + " " + s[1] + " " + s[2] + " " + s[3];
      List<String> cpu =
          List.of(
              "element-wise",
              s[1] > 1 ? "packed-contraction" : s[2] > 1 ? "contraction-cpu" : "reduction");
      cases.add(
          new Case(
              "conv2d" + shape,
              Functions.conv2d(s[0], s[1], s[2], s[3]),
              cpu,
              List.of("element-wise", "reduction"),
              0));
    }
    // Tiles and panels of every dtype, with rows and columns that stick out.
    for (DType dtype : List.of(FLOAT64, INT8)) {
      PrimFunc product = Functions.matmul(n(50), n(70), n(33), dtype, false, false);
      cases.add(each("matmul " + dtype + " 50x70x33", product, "packed-contraction", "matmul-gpu"));
    }
    // A type that OpenCL only stores is not packed.
    PrimFunc halves = Functions.matmul(n(50), n(70), n(33), FLOAT16, false, false);
    cases.add(each("matmul float16 50x70x33", halves, "contraction-cpu", "matmul-gpu"));
    PrimFunc tall = Functions.matmul(n(130), n(19), n(24), FLOAT32, true, true);
    cases.add(each("matmul transposed tall", tall, "packed-contraction", "matmul-gpu"));
    // A panel of this depth is packed by a kernel of its own.
    PrimFunc deep = Functions.matmul(n(9), n(20), n(5000), INT32, false, false);
    cases.add(each("matmul deep", deep, "packed-contraction", "reduction"));
    cases.add(
        each("batches", Functions.batchMatmul(2, 60, 30, 24), "packed-contraction", "matmul-gpu"));
    for (long[] s : new long[][] {{5, 20, 16, 1}, {4, 40, 14, 1}, {3, 20, 9, 2}}) {
      cases.add(
          new Case(
              "conv2d " + Arrays.toString(s),
              Functions.conv2d(s[0], s[1], s[2], s[3]),
              List.of("element-wise", "packed-contraction"),
              List.of("element-wise", "reduction"),
              0));
    }
    cases.add(both("transpose in tiles", Functions.transpose(n(40), n(50)), "element-wise"));
    cases.add(both("transpose large", Functions.transpose(n(300), n(272)), "element-wise"));
    for (DType dtype : List.of(DType.FLOAT64, DType.INT8, DType.FLOAT16)) {
      cases.add(
          both(
              "channels last and added " + dtype,
              Functions.channelsLastPlus(3, 21, 34, dtype),
              "element-wise"));
    }
    for (long length : new long[] {24, 96, 200, 321}) {
      cases.add(
          both("sum rows " + length, Functions.sumRows(n(6), n(length), FLOAT32), "reduction"));
    }
    cases.add(
        new Case(
            "max of many",
            Functions.maxOfAll(n(260), n(264)),
            List.of("reduction", "reduction", "reduction"),
            List.of("reduction"),
            0));
    for (long size : new long[] {1, 37, 64}) {
      Var v = Var.int32("n");
      String suffix = " n=" + size;
      cases.add(symbolic("chain" + suffix, Functions.chain(List.of(v), FLOAT32), size));
      cases.add(symbolic("broadcast" + suffix, Functions.broadcast(v, n(16)), size));
      cases.add(symbolic("sum rows" + suffix, Functions.sumRows(v, n(9), FLOAT32), size));
      cases.add(symbolic("sum of n" + suffix, Functions.sumRows(n(9), v, FLOAT32), size));
      cases.add(symbolic("mean columns" + suffix, Functions.meanColumns(v, n(16)), size));
      cases.add(symbolic("softmax" + suffix, Functions.softmax(v, n(10), n(1)), size));
      cases.add(symbolic("softmax of n" + suffix, Functions.softmax(n(3), v, n(1)), size));
      cases.add(
          symbolic(
              "matmul" + suffix, Functions.matmul(v, n(32), n(20), FLOAT32, false, true), size));
      cases.add(
          symbolic(
              "matmul k=n" + suffix,
              Functions.matmul(n(20), n(32), v, FLOAT32, false, true),
              size));
      cases.add(
          symbolic(
              "matmul columns" + suffix,
              Functions.matmul(n(20), v, n(32), FLOAT32, false, true),
              size));
    }
    return cases.stream();
  }

  private static Case symbolic(String name, PrimFunc function, long size) {
    return new Case("symbolic " + name, function, List.of(), List.of(), size);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cpuScheduleComputesTheSame(Case test) {
    check(test, Target.openclCpu(), test.cpu());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gpuScheduleComputesTheSame(Case test) {
    check(test, Target.opencl(), test.gpu());
  }

  private static void check(Case test, Target target, List<String> rules) {
    DefaultSchedules.Decision decision = DefaultSchedules.decide(test.function(), target);
    assertThat(decision.steps()).allSatisfy(step -> assertThat(step.refused()).isEmpty());
    if (!rules.isEmpty()) {
      assertThat(decision.steps().stream().map(step -> family(step.rule())).distinct().toList())
          .isEqualTo(rules.stream().distinct().toList());
    }
    Samples arguments = Samples.of(test.function(), test.size(), 64);
    arguments.check(tensors -> Interpreter.run(decision.function(), tensors));
  }

  /** What kind of rule it is: which of a kind's takes a size is the rules' own tests' matter. */
  private static String family(String rule) {
    return switch (rule) {
      case "reduction-gpu", "stencil-gpu" -> "reduction";
      case "staged-rows-gpu" -> "staged-rows";
      case "transpose-gpu", "transpose-cpu" -> "element-wise";
      default -> rule;
    };
  }

  static Stream<Arguments> casesOnDevices() {
    return cases()
        .flatMap(test -> DeviceUnderTest.all().stream().map(device -> Arguments.of(test, device)));
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("casesOnDevices")
  void devicesComputeTheSame(Case test, DeviceUnderTest device) {
    device.check(test.function(), Samples.of(test.function(), test.size(), 64));
  }
}
