package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.ProgramImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OpenClLifecycleTest {
  private static final long LARGE = 32L << 20;

  private static long residentBytes() throws IOException {
    String statm = Files.readString(Path.of("/proc/self/statm"));
    return Long.parseLong(statm.split(" ", -1)[1]) * 4096;
  }

  private static void cycle(int number) {
    // A program of its own each time, so that nothing is taken from a cache.
    String source = OpenClDevices.VECADD_SOURCE + "// " + number + " of " + System.nanoTime();
    ProgramImage image = OpenClDevices.program(source, OpenClDevices.VECADD);
    Device device = OpenClDevices.open();
    try (device;
        LoadedProgram program = device.load(image);
        DeviceBuffer large = device.allocate(LARGE)) {
      large.fill(0, LARGE, (byte) number);
      VectorAddition.check(device, program, 1000);
    }
    assertThat(device.memory().liveBytes()).isZero();
    assertThat(device.memory().liveBuffers()).isZero();
    assertThat(device.memory().allocations()).isEqualTo(4);
  }

  @Test
  void fiftyOpenCompileRunCloseCyclesLeaveMemoryFlat() throws IOException {
    assumeTrue(
        Files.isReadable(Path.of("/proc/self/statm")),
        "resident memory is read from /proc, which this system lacks");
    for (int i = 0; i < 10; i++) {
      cycle(i);
    }
    long before = residentBytes();
    for (int i = 0; i < 50; i++) {
      cycle(i);
    }
    // A leak of the buffers would be 1600 MiB. The driver's compiler keeps some memory of its own
    // for each program, and Java's heap may grow.
    assertThat(residentBytes() - before).isLessThan(128L << 20);
  }

  @Test
  void theDeviceSaysWhatItCanDo() {
    try (Device device = OpenClDevices.open()) {
      DeviceInfo info = device.info();
      Capabilities can = info.capabilities();

      assertThat(info.name()).isEqualTo("opencl:0");
      assertThat(info.product()).isNotBlank();
      assertThat(info.driver()).isNotBlank();
      assertThat(can.maxThreadsPerBlock()).isPositive();
      assertThat(can.maxBlock()).hasSize(3).allMatch(most -> most >= 1);
      assertThat(can.sharedBytes()).isGreaterThanOrEqualTo(1 << 14);
      assertThat(can.computeUnits()).isPositive();
      assertThat(can.globalBytes()).isGreaterThanOrEqualTo(can.maxAllocationBytes());
      assertThat(can.storageDtypes()).containsAll(can.arithmeticDtypes());
      assertThat(can.bufferAlignment()).isPositive();
    }
  }
}
