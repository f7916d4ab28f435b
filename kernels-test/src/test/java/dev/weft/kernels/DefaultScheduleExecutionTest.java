package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Programs under their default schedules, for a CPU and for a GPU, lowered, printed and run on the
 * OpenCL device that there is and on the SIMT interpreter; each against the reference interpreter.
 */
@ExtendWith(DeviceCounts.class)
class DefaultScheduleExecutionTest {
  private static final Map<String, Long> SIZES = Map.of("n", 13L, "m", 17L);

  /** Programs by name. */
  static Map<String, PrimFunc> functions() {
    Map<String, PrimFunc> programs = new LinkedHashMap<>();
    for (long n : List.of(1L, 7L, 1023L, 4096L)) {
      programs.put("add " + n, Programs.add(DType.FLOAT32, n));
    }
    for (DType dtype :
        List.of(
            DType.FLOAT16,
            DType.BFLOAT16,
            DType.FLOAT64,
            DType.INT8,
            DType.UINT8,
            DType.INT32,
            DType.INT64)) {
      programs.put("add " + dtype, Programs.add(dtype, 1000));
    }
    programs.put("symbolic scale", Programs.symbolicScale());
    programs.put("matmul 64", Programs.matmul(DType.FLOAT32, 64, 64, 64));
    programs.put("matmul 1", Programs.matmul(DType.FLOAT32, 1, 1, 1));
    programs.put("matmul odd", Programs.matmul(DType.FLOAT32, 37, 53, 29));
    programs.put("matmul int32", Programs.matmul(DType.INT32, 40, 40, 40));
    programs.put("matmul float16", Programs.matmul(DType.FLOAT16, 32, 32, 32));
    programs.put("matmul float64", Programs.matmul(DType.FLOAT64, 33, 32, 32));
    programs.put("matmul relu", Programs.matmulRelu(48, 64, 32));
    programs.put("matmul relu odd", Programs.matmulRelu(13, 10, 77));
    programs.put("softmax", Programs.softmax(10, 33));
    programs.put("conv", Programs.conv(3, 14, 8));
    programs.put("max pool", Programs.maxPool(8, 28));
    programs.put("transpose", Programs.transpose(65, 130));
    return programs;
  }

  static Stream<Arguments> programs() {
    return functions().entrySet().stream()
        .flatMap(
            program ->
                Stream.of(Target.openclCpu(), Target.opencl())
                    .flatMap(
                        target ->
                            devices()
                                .map(
                                    device ->
                                        Arguments.of(
                                            program.getKey(),
                                            target,
                                            device,
                                            program.getValue()))));
  }

  /** Those that run what OpenCL targets are lowered to. */
  private static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream()
        .filter(device -> device.name().startsWith("opencl") || device.name().startsWith("simt"));
  }

  @Tag("devices")
  @ParameterizedTest(name = "{0} for {1} on {2}")
  @MethodSource("programs")
  void computesWhatTheInterpreterComputes(
      String name, Target target, DeviceUnderTest device, PrimFunc function) {
    PrimFunc scheduled = DefaultSchedules.apply(function, target);
    DeviceCounts.count(
        device.name(),
        () ->
            assertThat(
                    KernelRun.differences(
                        device.open(), function, scheduled, target, SIZES, 100, 42))
                .isEmpty());
  }
}
