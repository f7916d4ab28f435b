package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiling, running and closing again and again leaves no native memory behind. */
class NativeMemoryTest {
  private static final int CYCLES = 50;

  private static final int WARM_UP = 15;

  /**
   * What 50 cycles may add to the process: less than 100 kB a cycle, while one cycle that leaked
   * its weights and intermediates (0.2 MB) alone would add twice as much.
   */
  private static final long TOLERANCE = 5L << 20;

  /**
   * The JVM's own memory (heap, compiled code) also counts as the process's and grows for a while,
   * less and less; a leak grows the same in every window.
   */
  private static final int WINDOWS = 4;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"interpreter", "opencl:0"})
  void fiftyCyclesLeaveMemoryFlat(String name) throws IOException {
    assumeTrue(
        Devices.installed().list().stream().map(DeviceInfo::name).anyMatch(name::equals),
        "there is no device " + name);
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "there is no /proc/self/status");
    ImportedModel imported = Weft.load(Models.demoFile(folder, "digits.onnx"));
    try (Tensor image = Tensor.allocate(dev.weft.base.DType.FLOAT32, 1, 1, 28, 28)) {
      for (int i = 0; i < WARM_UP; i++) {
        cycle(imported, name, image); // Caches, thread pools and the heap find their size.
      }
      List<Long> growth = new ArrayList<>();
      do {
        long before = residentBytes();
        for (int i = 0; i < CYCLES; i++) {
          cycle(imported, name, image);
        }
        growth.add(residentBytes() - before);
      } while (growth.getLast() >= TOLERANCE && growth.size() < WINDOWS);
      assertThat(growth.getLast())
          .as("bytes more after %d cycles, again and again: %s", CYCLES, growth)
          .isLessThan(TOLERANCE);
    }
  }

  private static void cycle(ImportedModel imported, String name, Tensor image) {
    Device device;
    try (Model model = imported.compile(name)) {
      device = model.device();
      model.run(Map.of("image", image)).values().forEach(Tensor::close);
      assertThat(device.memory().liveBytes()).isPositive();
    }
    assertThat(device.memory().liveBytes()).isZero();
    assertThat(device.memory().liveBuffers()).isZero();
  }

  private static long residentBytes() throws IOException {
    System.gc(); // What only a cleaner frees is not held against the cycles, nor is garbage.
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("/proc/self/status has no line RssAnon");
  }
}
