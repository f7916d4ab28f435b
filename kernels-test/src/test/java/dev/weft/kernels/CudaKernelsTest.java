package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.compiler.Backend;
import dev.weft.compiler.DeviceTargets;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
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
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
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
import org.junit.jupiter.params.provider.CsvSource;
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

  private static PrimFunc tensorCoreMatmul(int n, TensorCoreMatmul.Tiling tiling) {
    PrimFunc function = TensorCoreMatmul.function(n);
    Schedule schedule = Schedule.of(new IRModule(Map.of("main", function), Map.of()));
    TensorCoreMatmul.tensorized(schedule, TensorCoreMatmul.scheduled(schedule, tiling));
    return schedule.module().get("main");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_70", "sm_80", "sm_90a", "sm_100"})
  void fragmentsCompile(String architecture) {
    Target target = Target.parse("cuda:" + architecture);
    TensorCoreMatmul.Tiling tiling =
        new TensorCoreMatmul.Tiling(List.of(8, 4, 2), List.of(8, 4, 2), List.of(16, 2, 2));
    KernelPlan plan = Lowering.lower(tensorCoreMatmul(1024, tiling), target);

    assertThat(ptx(List.of(plan), target))
        .contains("wmma.load.a.sync.aligned.row.m16n16k16")
        .contains("wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32")
        .contains("wmma.store.d.sync.aligned.row.m16n16k16");
    assertThat(compiled(List.of(plan), target).image().kernels()).hasSize(1);
  }

  /** Compiles to PTX; skips the test where there is no compiler. */
  private static String ptx(List<KernelPlan> plans, Target target) {
    compiled(plans, target);
    ProgramImage image = CudaCodegen.generate(plans, target).image();
    return ProgramCompilers.installed().compile(image, ProgramFormat.PTX).image().text();
  }

  static Stream<DeviceUnderTest> cudaAndSimt() {
    return DeviceUnderTest.all().stream().filter(device -> device.name().matches("simt|cuda.*"));
  }

  /** Large products on the tensor cores: what the default schedules choose spills nothing. */
  @ParameterizedTest
  @CsvSource({
    "sm_80, mma.sync.aligned.m16n8k16",
    "sm_86, mma.sync.aligned.m16n8k16",
    "sm_90a, wgmma.mma_async.sync.aligned.m64n256k16",
    "sm_100, mma.sync.aligned.m16n8k16"
  })
  void productsOnTensorCoresCompile(String architecture, String instruction) {
    Target target = Target.parse("cuda:" + architecture);
    List<KernelPlan> plans =
        Stream.of(
                Programs.wideMatmul(DType.FLOAT16, 4096, 4096, 4096),
                Programs.wideMatmul(DType.BFLOAT16, 4000, 4002, 1001))
            .map(function -> Lowering.lower(DefaultSchedules.apply(function, target), target))
            .toList();

    checkResources(compiled(plans, target));
    assertThat(CudaCodegen.generate(plans, target).image().text()).contains(instruction);
  }

  @ParameterizedTest
  @MethodSource("cudaAndSimt")
  void fragmentsComputeTheProduct(DeviceUnderTest device) {
    TensorCoreMatmul.Tiling tiling =
        new TensorCoreMatmul.Tiling(List.of(1, 2, 2), List.of(2, 2, 1), List.of(2, 1, 2));
    DeviceCounts.count(
        device.name(),
        () -> {
          Device open = device.open();
          Target target =
              device.isInterpreter() ? Target.parse("cuda:sm_80") : DeviceTargets.of(open.info());
          assertThat(
                  KernelRun.differences(
                      open,
                      TensorCoreMatmul.function(64),
                      tensorCoreMatmul(64, tiling),
                      target,
                      Map.of(),
                      64,
                      42))
              .isEmpty();
        });
  }

  /** Every shape and type of mma.sync, and the loads from shared memory around it. */
  @ParameterizedTest
  @CsvSource({
    "m16n8k8, float16, float32, sm_80",
    "m16n8k16, float16, float32, sm_80",
    "m16n8k16, float16, float16, sm_80",
    "m16n8k16, bfloat16, float32, sm_80",
    "m16n8k16, int8, int32, sm_80",
    "m16n8k32, int8, int32, sm_80",
    "m16n8k32, uint8, int32, sm_80",
    "m16n8k8, float32, float32, sm_80",
    "m16n8k4, float32, float32, sm_80",
    "m8n8k4, float64, float64, sm_80",
    "m16n8k32, float8_e4m3fn, float32, sm_89",
    "m16n8k16, bfloat16, float32, sm_90a"
  })
  void registersCompile(String shape, String factors, String sums, String architecture) {
    String text =
        """
        @T.prim_func
        def mma(A: T.Buffer((1024,), "%1$s"), C: T.Buffer((1024,), "%2$s")):
            tx = T.launch_thread("threadIdx.x", 32)
            s = T.allocate([1024], "%1$s", "shared")
            S = T.decl_buffer((1024,), "%1$s", data=s, scope="shared")
            ra = T.allocate([16], "%1$s", "local")
            RA = T.decl_buffer((16,), "%1$s", data=ra, scope="local")
            rb = T.allocate([16], "%1$s", "local")
            rc = T.allocate([8], "%2$s", "local")
            RC = T.decl_buffer((8,), "%2$s", data=rc, scope="local")
            for i in T.unroll(16):
                S[tx * 16 + i] = A[tx * 16 + i]
            T.tvm_storage_sync("shared")
            T.mma_fill(8, rc, 0, dtype="%2$s")
            T.ptx_ldmatrix("%1$s", T.bool(False), 4, ".b16", ra, 0, s, tx * 16)
            T.ptx_ldmatrix("%1$s", T.bool(False), 2, ".b16", rb, 0, s, tx * 16)
            T.ptx_mma("%2$s", "%3$s", "row", "col", "t", "t", "t", ra, 0, rb, 0, rc, 0, False)
            T.mma_store(16, 16, T.tvm_access_ptr(T.type_annotation("%2$s"), C.data, 0, 256, 2), rc,
                0, 16, dtype="%2$s")
        """
            .formatted(factors, sums, shape);
    Target target = Target.parse("cuda:" + architecture);
    PrimFunc kernel = TvmScript.parseFunction(text);
    Launch launch =
        new Launch(
            kernel,
            List.of(new LaunchArgument.FunctionBuffer(0), new LaunchArgument.FunctionBuffer(1)),
            LaunchGeometry.of(IntExpr.of(1), IntExpr.of(32)));
    KernelPlan plan = new KernelPlan("mma", kernel, List.of(launch), List.of());

    assertThat(ptx(List.of(plan), target))
        .contains("mma.sync.aligned." + shape + ".row.col")
        .contains("ldmatrix.sync.aligned.m8n8.x4.shared.b16");
  }
}
