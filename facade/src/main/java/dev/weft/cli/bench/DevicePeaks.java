package dev.weft.cli.bench;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.QueueMode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a device reaches at best, measured: multiply-adds on registers only, and a copy of memory
 * too large for caches. Each is tried with several vector widths; the fastest counts.
 *
 * @param gflops 10⁹ floating-point operations a second; empty where they can't be measured
 * @param gigabytes 10⁹ bytes read and written a second; likewise
 */
public record DevicePeaks(OptionalDouble gflops, OptionalDouble gigabytes) {
  /** Nothing was measured. */
  public static final DevicePeaks UNKNOWN =
      new DevicePeaks(OptionalDouble.empty(), OptionalDouble.empty());

  private static final List<Integer> LANES = List.of(1, 4, 8, 16);
  private static final int CHAINS = 10;
  private static final int ITERATIONS = 4096;
  private static final int LAUNCHES = 7;
  private static final long COPY_BYTES = 128L << 20;

  /** Measures a device that takes OpenCL C; another's peaks stay unknown. */
  public static DevicePeaks measure(Device device, DType dtype) {
    Capabilities can = device.info().capabilities();
    if (!can.formats().contains(ProgramFormat.OPENCL_C)) {
      return UNKNOWN;
    }
    boolean computes =
        can.arithmeticDtypes().contains(dtype)
            && (dtype.equals(DType.FLOAT32)
                || dtype.equals(DType.FLOAT64)
                || dtype.equals(DType.FLOAT16));
    String type =
        dtype.equals(DType.FLOAT64) ? "double" : computes && dtype.bits() == 16 ? "half" : "float";
    // Wider vectors than the hardware's are slower, and make compilers warn.
    int widest = Math.max(4, can.vectorWidth(dtype));
    List<Integer> widths = LANES.stream().filter(lanes -> lanes <= widest).toList();
    try (LoadedProgram program = device.load(image(type, widths));
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER)) {
      OptionalDouble gflops =
          computes
              ? OptionalDouble.of(arithmetic(device, program, queue, widths))
              : OptionalDouble.empty();
      return new DevicePeaks(gflops, OptionalDouble.of(copy(device)));
    }
  }

  private static double arithmetic(
      Device device, LoadedProgram program, DeviceQueue queue, List<Integer> widths) {
    boolean cpu = device.info().deviceClass() == DeviceClass.CPU;
    long group = cpu ? 1 : Math.min(256, device.info().capabilities().maxThreadsPerBlock());
    long groups = (cpu ? 256L : 16L) * device.info().capabilities().computeUnits();
    double best = 0;
    try (DeviceBuffer out = device.allocate(8 * group * groups)) {
      for (int lanes : widths) {
        DeviceKernel kernel = program.kernel("multiply_add_" + lanes);
        double seconds =
            fastest(queue, kernel, LaunchConfig.of(groups, group), List.of(KernelArgument.of(out)));
        double operations = 2.0 * lanes * CHAINS * ITERATIONS * group * groups;
        best = Math.max(best, operations / seconds / 1e9);
      }
    }
    return best;
  }

  private static double copy(Device device) {
    Capabilities can = device.info().capabilities();
    long bytes = Math.min(COPY_BYTES, Math.min(can.maxAllocationBytes(), can.globalBytes() / 8));
    try (DeviceCopy copy = DeviceCopy.fastest(device, bytes)) {
      return copy.gigabytes();
    }
  }

  private static double fastest(
      DeviceQueue queue, DeviceKernel kernel, LaunchConfig config, List<KernelArgument> arguments) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < LAUNCHES; i++) {
      long start = System.nanoTime();
      queue.launch(kernel, config, arguments).close();
      queue.finish();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }

  private static ProgramImage image(String type, List<Integer> widths) {
    DType dtype =
        switch (type) {
          case "double" -> DType.FLOAT64;
          case "half" -> DType.FLOAT16;
          default -> DType.FLOAT32;
        };
    StringBuilder text = new StringBuilder();
    if (type.equals("half")) {
      text.append("#pragma OPENCL EXTENSION cl_khr_fp16 : enable\n\n");
    }
    List<KernelSpec> kernels = new ArrayList<>();
    for (int lanes : widths) {
      String vector = lanes == 1 ? type : type + lanes;
      text.append(multiplyAdd(vector, type, lanes));
      KernelParam out = new KernelParam.Buffer("out", dtype, KernelParam.Access.WRITE);
      kernels.add(new KernelSpec("multiply_add_" + lanes, List.of(out)));
    }
    return ProgramImage.ofText(
        ProgramFormat.OPENCL_C, text.toString(), kernels, List.of("-cl-std=CL1.2"));
  }

  /** Independent chains, so that the latency of one multiply-add hides behind the others. */
  private static String multiplyAdd(String vector, String type, int lanes) {
    StringBuilder text = new StringBuilder();
    text.append("__kernel void multiply_add_").append(lanes);
    text.append("(__global ").append(type).append("* out) {\n");
    text.append("  const ").append(vector).append(" a = (").append(vector);
    text.append(")((").append(type).append(")0.5f);\n");
    text.append("  const ").append(vector).append(" b = (").append(vector);
    text.append(")((").append(type).append(")get_global_id(0));\n");
    for (int chain = 0; chain < CHAINS; chain++) {
      text.append("  ").append(vector).append(" x").append(chain).append(" = b + (");
      text.append(vector).append(")((").append(type).append(')').append(chain).append(");\n");
    }
    text.append("  for (int i = 0; i < ").append(ITERATIONS).append("; ++i) {\n");
    for (int chain = 0; chain < CHAINS; chain++) {
      String x = "x" + chain;
      text.append("    ").append(x).append(" = mad(").append(x).append(", a, b);\n");
    }
    text.append("  }\n  ").append(vector).append(" sum = x0");
    for (int chain = 1; chain < CHAINS; chain++) {
      text.append(" + x").append(chain);
    }
    text.append(";\n  out[get_global_id(0)] = sum").append(lanes == 1 ? "" : ".s0");
    for (int lane = 1; lane < lanes; lane++) {
      text.append(" + sum.s").append(Integer.toHexString(lane));
    }
    return text.append(";\n}\n\n").toString();
  }
}
