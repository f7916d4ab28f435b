package dev.weft.kernels;

import static dev.weft.base.DType.BFLOAT16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.compiler.Backend;
import dev.weft.compiler.CompiledFunction;
import dev.weft.compiler.DeviceTargets;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.PassTrace;
import dev.weft.runtime.Device;
import dev.weft.runtime.LoadedProgram;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation on every dtype, at the ends of the types' ranges and at random, on the JVM
 * backend, the SIMT interpreter and CUDA devices: integers and the four operations equal to the
 * reference interpreter's to the bit, other functions within two units in the last place.
 */
@ExtendWith(DeviceCounts.class)
class ScalarSemanticsTest {
  private static final int VALUES = 24;

  /** The JVM, the SIMT interpreter, and CUDA where there is a device. */
  static Stream<Arguments> dtypes() {
    return Stream.concat(ScalarOperations.INTEGERS.stream(), ScalarOperations.FLOATS.stream())
        .flatMap(
            dtype ->
                DeviceUnderTest.all().stream()
                    .filter(device -> device.name().matches("jvm|simt|cuda.*"))
                    .map(device -> Arguments.of(dtype, device)));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void computesWhatTheInterpreterComputes(DType dtype, DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> {
          Device open = device.open();
          Target target = DeviceTargets.of(open.info());
          Backend backend = Backend.of(target);
          List<ScalarOperations.Operation> operations =
              ScalarOperations.of(dtype).stream().filter(o -> has(target, o)).toList();
          List<KernelPlan> plans =
              operations.stream()
                  .map(o -> backend.plan("f", o.over(VALUES), target, PassTrace.NONE))
                  .toList();
          // One program: a compiler of OpenCL takes its time for each.
          GeneratedProgram generated = backend.generate(plans, target);
          try (LoadedProgram program = open.load(generated.image())) {
            for (int i = 0; i < plans.size(); i++) {
              check(operations.get(i), CompiledFunction.of(plans.get(i), generated, program, open));
            }
          }
        });
  }

  /** Whether the target stores the operation's types; what it does not is refused. */
  private static boolean has(Target target, ScalarOperations.Operation operation) {
    return operation.over(VALUES).paramBuffers().stream()
        .allMatch(buffer -> target.capabilities().stores(buffer.dtype()));
  }

  private static void check(ScalarOperations.Operation operation, CompiledFunction compiled) {
    String what = operation.what();
    DType dtype = operation.dtype();
    PrimFunc function = operation.over(VALUES);
    DType result = function.paramBuffers().getLast().dtype();
    Tensor x = Tensor.allocate(dtype, VALUES, VALUES);
    Tensor y = Tensor.allocate(dtype, VALUES, VALUES);
    Random random = new Random(what.hashCode());
    for (int i = 0; i < VALUES; i++) {
      for (int j = 0; j < VALUES; j++) {
        put(x, i * VALUES + j, i, random);
        put(y, i * VALUES + j, j, random);
        if (operation.divides() && y.getLong(i * VALUES + j) == 0) {
          y.setLong(i * VALUES + j, 3);
        }
      }
    }
    try (x;
        y;
        Tensor expected = Tensor.allocate(result, VALUES, VALUES);
        Tensor actual = Tensor.allocate(result, VALUES, VALUES);
        compiled) {
      Interpreter.run(function, List.of(x, y, expected));
      compiled.run(List.of(x, y, actual));
      for (int i = 0; i < VALUES * VALUES; i++) {
        if (!result.isFloat()) {
          assertThat(actual.getLong(i)).as(at(what, x, y, i)).isEqualTo(expected.getLong(i));
        } else if (!isClose(result, actual.getDouble(i), expected.getDouble(i))) {
          assertThat(actual.getDouble(i)).as(at(what, x, y, i)).isEqualTo(expected.getDouble(i));
        }
      }
    }
  }

  private static String at(String what, Tensor x, Tensor y, int i) {
    boolean isFloat = x.dtype().isFloat();
    return what
        + " of "
        + (isFloat ? x.getDouble(i) + ", " + y.getDouble(i) : x.getLong(i) + ", " + y.getLong(i));
  }

  /** Two units in the last place; zeros of either sign and all NaNs are alike. */
  private static boolean isClose(DType dtype, double actual, double expected) {
    if (Double.isNaN(expected) || Double.isNaN(actual)) {
      return Double.isNaN(expected) && Double.isNaN(actual);
    }
    if (actual == expected) {
      return true;
    }
    double ulp =
        switch (dtype.bits()) {
          case 64 -> Math.ulp(expected);
          case 32 -> Math.ulp((float) expected);
          case 16 -> Math.abs(expected) * (dtype.equals(BFLOAT16) ? 0x1p-7 : 0x1p-10);
          default -> Math.abs(expected) * 0x1p-2;
        };
    return Math.abs(actual - expected) <= 2 * ulp;
  }

  /** The type's particular values first, then random ones. */
  private static void put(Tensor tensor, long at, int number, Random random) {
    DType dtype = tensor.dtype();
    if (dtype.isFloat()) {
      double[] particular = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        2.5,
        -2.5,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1e9,
        -1e9,
        3e-5,
        300
      };
      double value = number < particular.length ? particular[number] : random.nextGaussian() * 4;
      tensor.setDouble(at, value);
      return;
    }
    boolean unsigned = dtype.code() == DType.Code.UINT;
    long lowest = unsigned ? 0 : -1L << (dtype.bits() - 1);
    long highest = unsigned ? (dtype.bits() == 64 ? -1L : (1L << dtype.bits()) - 1) : ~lowest;
    long[] particular = {0, 1, lowest, highest, unsigned ? 2 : -1, 7, highest - 1};
    tensor.setLong(at, number < particular.length ? particular[number] : random.nextLong());
  }
}
