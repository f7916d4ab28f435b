package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.QueueMode;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Launches {@code vecadd} and checks every element. */
final class VectorAddition {
  private VectorAddition() {}

  static void check(Device device, LoadedProgram program, int n) {
    float[] a = new float[n];
    float[] b = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = i;
      b[i] = 2 * i - 7;
    }
    float[] c = new float[n];
    long bytes = (long) n * Float.BYTES;
    try (DeviceQueue queue = device.queue(QueueMode.IN_ORDER);
        DeviceBuffer deviceA = device.allocate(bytes);
        DeviceBuffer deviceB = device.allocate(bytes);
        DeviceBuffer deviceC = device.allocate(bytes)) {
      deviceA.write(0, MemorySegment.ofArray(a));
      deviceB.write(0, MemorySegment.ofArray(b));
      queue
          .launch(
              program.kernel("vecadd"),
              LaunchConfig.of(Math.ceilDiv(n, 64), 64),
              List.of(
                  KernelArgument.of(deviceA),
                  KernelArgument.of(deviceB),
                  KernelArgument.of(deviceC),
                  KernelArgument.of(n)))
          .close();
      deviceC.read(0, MemorySegment.ofArray(c));
    }
    for (int i = 0; i < n; i++) {
      assertThat(c[i]).isEqualTo(a[i] + b[i]);
    }
  }
}
