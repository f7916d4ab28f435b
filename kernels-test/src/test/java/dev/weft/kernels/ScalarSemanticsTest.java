package dev.weft.kernels;

import static dev.weft.base.DType.BFLOAT16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.compiler.Backend;
import dev.weft.compiler.CompiledFunction;
import dev.weft.compiler.DeviceTargets;
import dev.weft.kernels.ScalarOperations.Operation;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.PassTrace;
import dev.weft.runtime.Device;
import dev.weft.runtime.LoadedProgram;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation on every dtype, at the ends of the types' ranges and at random, on every device:
 * integers and the four operations equal to the reference interpreter's to the bit, other functions
 * within two units in the last place, or on OpenCL what its specification allows.
 */
@ExtendWith(DeviceCounts.class)
class ScalarSemanticsTest {
  private static final int VALUES = 24;

  /** Operations in one kernel, of which each has a buffer of its own. */
  private static final int TOGETHER = 16;

  static Stream<Arguments> dtypes() {
    return Stream.concat(ScalarOperations.INTEGERS.stream(), ScalarOperations.FLOATS.stream())
        .flatMap(
            dtype -> DeviceUnderTest.all().stream().map(device -> Arguments.of(dtype, device)));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void computesWhatTheInterpreterComputes(DType dtype, DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> {
          Device open = device.open();
          List<Operation> operations =
              operations(dtype, DeviceTargets.of(open.info())).stream()
                  .sorted(Comparator.comparing(Operation::divides))
                  .toList();
          if (device.name().startsWith("opencl")) {
            check(groups(operations, TOGETHER), g -> ScalarOperations.together(g, VALUES), open);
          } else {
            check(groups(operations, 1), g -> g.getFirst().over(VALUES), open);
          }
        });
  }

  /** At most so many in a row of those that may divide by 0, or of those that must not. */
  private static List<List<Operation>> groups(List<Operation> operations, int most) {
    List<List<Operation>> groups = new ArrayList<>();
    for (Operation operation : operations) {
      boolean fits =
          !groups.isEmpty()
              && groups.getLast().size() < most
              && groups.getLast().getFirst().divides() == operation.divides();
      if (!fits) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(operation);
    }
    return groups;
  }

  /** What the target stores the types of; what it does not is refused. */
  private static List<Operation> operations(DType dtype, Target target) {
    return ScalarOperations.of(dtype).stream()
        .filter(
            operation ->
                operation.over(VALUES).paramBuffers().stream()
                    .allMatch(buffer -> target.capabilities().stores(buffer.dtype())))
        .toList();
  }

  private static void check(
      List<List<Operation>> groups, Function<List<Operation>, PrimFunc> function, Device device) {
    Target target = DeviceTargets.of(device.info());
    Backend backend = Backend.of(target);
    List<PrimFunc> functions = groups.stream().map(function).toList();
    List<KernelPlan> plans =
        functions.stream().map(f -> backend.plan("f", f, target, PassTrace.NONE)).toList();
    // One program: a compiler of CUDA or OpenCL takes its time for each.
    GeneratedProgram generated = backend.generate(plans, target);
    try (LoadedProgram program = device.load(generated.image())) {
      for (int i = 0; i < plans.size(); i++) {
        try (CompiledFunction compiled =
            CompiledFunction.of(plans.get(i), generated, program, device)) {
          check(groups.get(i), functions.get(i), compiled, device.info().name());
        }
      }
    }
  }

  /** Compares with each operation for itself, as often as the function gives its results. */
  private static void check(
      List<Operation> operations, PrimFunc function, CompiledFunction compiled, String device) {
    boolean divides = operations.getFirst().divides();
    Random random = new Random(operations.getFirst().what().hashCode());
    List<Tensor> arguments = new ArrayList<>();
    for (Buffer buffer : function.paramBuffers()) {
      long[] shape = buffer.shape().stream().mapToLong(e -> ((Expr.IntImm) e).value()).toArray();
      arguments.add(Tensor.allocate(buffer.dtype(), shape));
    }
    Tensor x = arguments.get(0);
    Tensor y = arguments.get(1);
    for (int i = 0; i < VALUES; i++) {
      for (int j = 0; j < VALUES; j++) {
        put(x, i * VALUES + j, i, random);
        put(y, i * VALUES + j, j, random);
        if (divides && y.getLong(i * VALUES + j) == 0) {
          y.setLong(i * VALUES + j, 3);
        }
      }
    }
    try {
      compiled.run(arguments);
      for (int o = 0; o < operations.size(); o++) {
        Operation operation = operations.get(o);
        int units = device.startsWith("opencl") ? operation.unitsOfOpenCl() : 2;
        compare(operation, units, x, y, arguments.get(2 + o));
      }
    } finally {
      arguments.forEach(Tensor::close);
    }
  }

  private static void compare(Operation operation, int units, Tensor x, Tensor y, Tensor actual) {
    PrimFunc function = operation.over(VALUES);
    DType result = actual.dtype();
    try (Tensor a = x.reshaped(VALUES, VALUES);
        Tensor b = y.reshaped(VALUES, VALUES);
        Tensor expected = Tensor.allocate(result, VALUES, VALUES)) {
      Interpreter.run(function, List.of(a, b, expected));
      for (int k = 0; k < actual.elements(); k++) {
        int i = k % (VALUES * VALUES);
        if (!result.isFloat()) {
          assertThat(actual.getLong(k))
              .as(at(operation.what(), x, y, i))
              .isEqualTo(expected.getLong(i));
        } else if (!isClose(result, units, actual.getDouble(k), expected.getDouble(i))) {
          assertThat(actual.getDouble(k))
              .as(at(operation.what(), x, y, i))
              .isEqualTo(expected.getDouble(i));
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

  /** So many units in the last place; zeros of either sign and all NaNs are alike. */
  private static boolean isClose(DType dtype, int units, double actual, double expected) {
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
    return Math.abs(actual - expected) <= units * ulp;
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
