package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Tensor;
import dev.weft.compiler.Backend;
import dev.weft.compiler.CompiledFunction;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.simt.SimtBackend;
import dev.weft.kernels.InventoryKernels.Kernel;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.runtime.Device;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels of {@link InventoryKernels} on every device, and what their lowering prints: each
 * dump, read again, goes on to the same kernels.
 */
@ExtendWith(DeviceCounts.class)
final class InventoryKernelsTest {
  private static final List<Kernel> KERNELS = InventoryKernels.all();

  static Stream<Arguments> kernelsOnDevices() {
    return KERNELS.stream()
        .flatMap(
            kernel -> DeviceUnderTest.all().stream().map(device -> Arguments.of(kernel, device)));
  }

  @Tag("devices")
  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("kernelsOnDevices")
  void devicesComputeTheSame(Kernel kernel, DeviceUnderTest device) {
    device.check(kernel.function(), samples(kernel));
  }

  static Stream<Arguments> dumpsOnDevices() {
    return kernelsOnDevices()
        .filter(arguments -> !arguments.get()[1].toString().equals("interpreter"));
  }

  /** Every pass gets what the one before has left printed and read again. */
  @Tag("devices")
  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("dumpsOnDevices")
  void devicesComputeTheSameFromDumps(Kernel kernel, DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> {
          Device opened = device.open();
          Target target = DeviceTargets.of(opened.info());
          PrimFunc scheduled = DefaultSchedules.apply(kernel.function(), target);
          PrimFunc current = again(scheduled);
          for (var pass : Lowering.PASSES) {
            current = again(pass.apply(current, target));
          }
          KernelPlan plan = Lowering.resume(scheduled, current, Lowering.PASSES.size(), target);
          var program = Backend.of(target).generate(List.of(plan), target);
          try (CompiledFunction compiled = CompiledFunction.load(plan, program, opened)) {
            samples(kernel).check(compiled::run);
          }
        });
  }

  static Stream<Arguments> kernelsForTargets() {
    return KERNELS.stream()
        .flatMap(
            kernel ->
                Stream.of("opencl", "jvm")
                    .map(target -> Arguments.of(kernel, Target.parse(target))));
  }

  /**
   * From any single dump on, the kernels are those of an undisturbed lowering, or at least compute
   * the same: names and the order of equal choices may differ.
   */
  @ParameterizedTest(name = "{0} for {1}")
  @MethodSource("kernelsForTargets")
  void everyDumpGoesOnToTheSameKernels(Kernel kernel, Target target) {
    PrimFunc scheduled = DefaultSchedules.apply(kernel.function(), target);
    List<PrimFunc> dumps = new ArrayList<>();
    KernelPlan expected =
        Lowering.lower(scheduled, target, (number, pass, after, time) -> dumps.add(again(after)));
    assertThat(dumps).hasSize(Lowering.PASSES.size() + 1);
    for (int done = 0; done < dumps.size(); done++) {
      KernelPlan actual = Lowering.resume(scheduled, dumps.get(done), done, target);
      if (!sameKernels(actual, expected)) {
        samples(kernel).check(arguments -> interpret(actual, target, arguments));
      }
    }
  }

  private static boolean sameKernels(KernelPlan actual, KernelPlan expected) {
    int count = expected.launches().size();
    return actual.launches().size() == count
        && IntStream.range(0, count)
            .mapToObj(
                i ->
                    StructuralEqual.check(
                        actual.launches().get(i).kernel(), expected.launches().get(i).kernel()))
            .allMatch(Optional::isEmpty);
  }

  /** Runs a plan on the JVM backend, or on the SIMT interpreter, which every machine has. */
  private static void interpret(KernelPlan plan, Target target, List<Tensor> arguments) {
    boolean jvm = target.kind() == Target.Kind.JVM;
    Backend backend = jvm ? Backend.of(target) : new SimtBackend();
    Device device = new DeviceUnderTest(jvm ? "jvm" : "simt", "").open();
    try (CompiledFunction compiled =
        CompiledFunction.load(plan, backend.generate(List.of(plan), target), device)) {
      compiled.run(arguments);
    }
  }

  /** A function that was printed and read again, which must not have changed. */
  private static PrimFunc again(PrimFunc function) {
    String text = TvmScript.print(function);
    PrimFunc parsed = TvmScript.parseFunction(text);
    assertThat(StructuralEqual.check(parsed, function)).as("%s", text).isEmpty();
    return parsed;
  }

  private static Samples samples(Kernel kernel) {
    return Samples.of(kernel.function(), kernel.size(), kernel.terms());
  }
}
