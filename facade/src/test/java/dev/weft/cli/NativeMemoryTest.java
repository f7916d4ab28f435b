package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiling, running and closing again and again leaves no native memory behind. */
class NativeMemoryTest {
  private static final int CYCLES = 50;

  private static final int WINDOWS = 4;

  /**
   * What 50 cycles may add to the process: less than 100 kB a cycle, while one cycle that leaked
   * its weights and intermediates (0.2 MB) alone would add twice as much.
   */
  private static final long TOLERANCE = 5L << 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"interpreter", "opencl:0"})
  void fiftyCyclesLeaveMemoryFlat(String name) throws Exception {
    assumeTrue(
        Devices.installed().list().stream().map(DeviceInfo::name).anyMatch(name::equals),
        "there is no device " + name);
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "there is no /proc/self/status");

    List<Long> growth = windows(Models.demoFile(folder, "digits.onnx"), name);

    // Compiled code and the drivers' pools grow for a while, less and less; a leak grows the same
    // in every window.
    assertThat(growth.stream().skip(1).min(Long::compare).orElseThrow())
        .as("bytes more after %d cycles, again and again: %s", CYCLES, growth)
        .isLessThan(TOLERANCE);
  }

  /** What {@link NativeMemoryProbe} measures in a JVM whose heap can't grow. */
  private List<Long> windows(Path model, String device) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder probe =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NativeMemoryProbe.class.getName(),
                model.toString(),
                device,
                Integer.toString(CYCLES),
                Integer.toString(WINDOWS))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    // glibc keeps an arena a thread; what those keep isn't lost.
    probe.environment().put("MALLOC_ARENA_MAX", "1");
    int status = probe.start().waitFor();
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(status).as(text).isZero();
    return text.lines().filter(line -> line.matches("-?\\d+")).map(Long::valueOf).toList();
  }
}
