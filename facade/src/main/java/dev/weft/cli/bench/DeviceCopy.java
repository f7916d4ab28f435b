package dev.weft.cli.bench;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
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

/**
 * A copy from one buffer of a device to another: by hand-written kernels with vectors of several
 * widths, with plain and with streaming stores, and by the device's own copy command, whichever is
 * fastest.
 */
final class DeviceCopy implements AutoCloseable {
  private static final List<Integer> LANES = List.of(1, 4, 8, 16);

  /** A store that goes past the caches, so that the line isn't read before it is written. */
  private static final String STREAM =
      """
      #ifdef __has_builtin
      #if __has_builtin(__builtin_nontemporal_store)
      #define STREAM(value, place) __builtin_nontemporal_store(value, place)
      #endif
      #endif
      #ifndef STREAM
      #define STREAM(value, place) *(place) = (value)
      #endif

      """;

  private static final int TRIALS = 7;
  private static final int LEAST_BYTES = 16 * Float.BYTES;

  private final DeviceQueue queue;
  private final LoadedProgram program;
  private final DeviceBuffer from;
  private final DeviceBuffer to;
  private Runnable way = () -> {};
  private double seconds = Double.POSITIVE_INFINITY;

  private DeviceCopy(Device device, long bytes) {
    List<KernelSpec> kernels = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    List<KernelParam> parameters =
        List.of(
            new KernelParam.Buffer("from", DType.FLOAT32, KernelParam.Access.READ),
            new KernelParam.Buffer("to", DType.FLOAT32, KernelParam.Access.WRITE));
    text.append(STREAM);
    for (int lanes : LANES) {
      text.append(source("copy_" + lanes, lanes, "to[i] = from[i]"));
      text.append(source("stream_" + lanes, lanes, "STREAM(from[i], to + i)"));
      kernels.add(new KernelSpec("copy_" + lanes, parameters));
      kernels.add(new KernelSpec("stream_" + lanes, parameters));
    }
    queue = device.queue(QueueMode.IN_ORDER);
    from = device.allocate(bytes);
    to = device.allocate(bytes);
    from.fill(0, bytes, (byte) 1);
    to.fill(0, bytes, (byte) 2);
    program =
        device.load(
            ProgramImage.ofText(
                ProgramFormat.OPENCL_C, text.toString(), kernels, List.of("-cl-std=CL1.2")));
  }

  private static String source(String name, int lanes, String statement) {
    String vector = lanes == 1 ? "float" : "float" + lanes;
    return "__kernel void %s(__global const %s* from, __global %s* to) {\n"
            .formatted(name, vector, vector)
        + "  const size_t i = get_global_id(0);\n  "
        + statement
        + ";\n}\n\n";
  }

  /** Whether the device takes such kernels. */
  static boolean isPossibleOn(Device device) {
    return device.info().capabilities().formats().contains(ProgramFormat.OPENCL_C);
  }

  /**
   * The fastest way to copy.
   *
   * @param bytes how many, rounded up to whole vectors
   */
  static DeviceCopy fastest(Device device, long bytes) {
    long whole = Math.ceilDiv(bytes, (long) LEAST_BYTES) * LEAST_BYTES;
    DeviceCopy copy = new DeviceCopy(device, whole);
    try {
      copy.choose(device.info().capabilities());
      return copy;
    } catch (RuntimeException | Error e) {
      copy.close();
      throw e;
    }
  }

  private void choose(Capabilities can) {
    long bytes = from.bytes();
    List<Runnable> ways = new ArrayList<>();
    ways.add(() -> queue.copy(from, 0, to, 0, bytes, List.of()).close());
    List<KernelArgument> arguments = List.of(KernelArgument.of(from), KernelArgument.of(to));
    for (int lanes : LANES) {
      long vectors = bytes / Float.BYTES / lanes;
      long group = Math.min(256, can.maxThreadsPerBlock());
      while (vectors % group != 0) {
        group /= 2;
      }
      LaunchConfig config = LaunchConfig.of(vectors / group, group);
      for (String kind : List.of("copy_", "stream_")) {
        ways.add(() -> queue.launch(program.kernel(kind + lanes), config, arguments).close());
      }
    }
    for (Runnable candidate : ways) {
      double time = Double.POSITIVE_INFINITY;
      for (int i = 0; i < TRIALS; i++) {
        long start = System.nanoTime();
        candidate.run();
        queue.finish();
        time = Math.min(time, (System.nanoTime() - start) / 1e9);
      }
      if (time < seconds) {
        seconds = time;
        way = candidate;
      }
    }
  }

  /** Copies once and waits. */
  void run() {
    way.run();
    queue.finish();
  }

  /** 10⁹ bytes read and written a second, as measured when the way was chosen. */
  double gigabytes() {
    return 2.0 * from.bytes() / seconds / 1e9;
  }

  @Override
  public void close() {
    program.close();
    from.close();
    to.close();
    queue.close();
  }
}
