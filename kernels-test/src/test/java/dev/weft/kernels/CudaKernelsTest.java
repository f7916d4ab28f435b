package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.compiler.Backend;
import dev.weft.compiler.DeviceTargets;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.PassTrace;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.ProgramCompiler;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernels of the tests and of the default schedules as CUDA: NVIDIA's compiler takes all of
 * them and spills nothing of a default schedule; lowered for CUDA they compute the right thing on
 * the SIMT interpreter.
 */
@ExtendWith(DeviceCounts.class)
final class CudaKernelsTest {
  private static final Map<String, Long> SIZES = Map.of("n", 13L, "m", 17L);

  /** Compiles a program for every kernel; skips the test where there is no compiler. */
  private static CompiledProgram compiled(List<KernelPlan> plans, Target target) {
    GeneratedProgram generated = CudaCodegen.generate(plans, target);
    ProgramImage image = generated.image();
    ProgramCompilers compilers = ProgramCompilers.installed();
    Optional<DeviceProbe.Missing> missing =
        compilers.find(image, ProgramFormat.CUBIN).flatMap(ProgramCompiler::missing);
    Assumptions.assumeTrue(
        missing.isEmpty(), () -> missing.map(DeviceProbe.Missing::reason).orElse(""));
    return compilers.compile(image, ProgramFormat.CUBIN);
  }

  private static void checkResources(CompiledProgram program) {
    assertThat(program.image().kernels()).isNotEmpty();
    program
        .resources()
        .forEach(
            (kernel, of) -> {
              assertThat(of.registers()).as("registers of %s", kernel).isPresent();
              assertThat(of.spillBytes().orElse(-1)).as("bytes spilled by %s", kernel).isZero();
            });
  }

  private static List<KernelPlan> defaults(Target target) {
    List<KernelPlan> plans = new ArrayList<>();
    DefaultScheduleExecutionTest.functions()
        .forEach(
            (name, function) ->
                plans.add(Backend.of(target).plan(name, function, target, PassTrace.NONE)));
    return plans;
  }

  /** Each kind of kernel once an architecture, all of them for the newest that is common. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_70", "sm_80", "sm_86", "sm_89", "sm_90a", "sm_100"})
  void defaultSchedulesCompile(String architecture) {
    Target target = Target.parse("cuda:" + architecture);

    checkResources(compiled(defaults(target), target));
  }

  @ParameterizedTest
  @ValueSource(strings = "sm_90a")
  void handScheduledKernelsCompile(String architecture) {
    Target target = Target.parse("cuda:" + architecture);
    List<KernelPlan> plans =
        HandScheduledKernelsTest.cases()
            .map(test -> Lowering.lower(test.scheduled(), target))
            .toList();

    // Some of them are slow on purpose: what they take is not checked.
    assertThat(compiled(plans, target).image().kernels()).hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_70", "sm_90a"})
  void everyOperationOnEveryTypeCompiles(String architecture) {
    Target target = Target.parse("cuda:" + architecture);
    List<KernelPlan> plans = new ArrayList<>();
    for (DType dtype :
        Stream.concat(ScalarOperations.INTEGERS.stream(), ScalarOperations.FLOATS.stream())
            .toList()) {
      for (ScalarOperations.Operation operation : ScalarOperations.of(dtype)) {
        PrimFunc scheduled = DefaultSchedules.apply(operation.over(16), target);
        plans.add(Lowering.lower(scheduled, target));
      }
    }

    assertThat(compiled(plans, target).image().kernels()).hasSizeGreaterThan(400);
  }

  /** On the SIMT interpreter, and on CUDA devices where there are any. */
  static Stream<Arguments> loweredForCuda() {
    return DefaultScheduleExecutionTest.functions().entrySet().stream()
        .flatMap(
            program ->
                DeviceUnderTest.all().stream()
                    .filter(device -> device.name().matches("simt|cuda.*"))
                    .map(device -> Arguments.of(program.getKey(), device, program.getValue())));
  }

  @ParameterizedTest(name = "{0} on {1}")
  @MethodSource("loweredForCuda")
  void computesWhatTheInterpreterComputes(String name, DeviceUnderTest device, PrimFunc function) {
    DeviceCounts.count(
        device.name(),
        () -> {
          Device open = device.open();
          Target target =
              device.isInterpreter() ? Target.parse("cuda:sm_80") : DeviceTargets.of(open.info());
          PrimFunc scheduled = DefaultSchedules.apply(function, target);
          assertThat(KernelRun.differences(open, function, scheduled, target, SIZES, 100, 42))
              .isEmpty();
        });
  }
}
