package dev.weft.runtime.opencl;

import static dev.weft.runtime.opencl.OpenClDevices.VECADD;
import static dev.weft.runtime.opencl.OpenClDevices.VECADD_SOURCE;
import static dev.weft.runtime.opencl.OpenClDevices.program;
import static dev.weft.runtime.opencl.OpenClDevices.vecadd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.KernelCache;
import dev.weft.runtime.KernelCompileException;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenClProgramTest {
  @TempDir Path directory;

  @Test
  void aCompileErrorNamesTheLineAndKeepsTheLog() {
    String broken = VECADD_SOURCE.replace("a[i] + b[i]", "a[i] + nowhere");

    try (Device device = OpenClDevices.open()) {
      assertThatThrownBy(() -> device.load(program(broken, VECADD)))
          .isInstanceOfSatisfying(
              KernelCompileException.class,
              e -> {
                assertThat(e.getMessage())
                    .startsWith("opencl:0: the kernels do not compile: line 4: ")
                    .contains("nowhere")
                    .contains("if (i < n) c[i] = a[i] + nowhere;")
                    .doesNotContain("\n");
                assertThat(e.log()).contains("    4 |   if (i < n) c[i] = a[i] + nowhere;\n");
              });
      assertThat(device.memory().liveBuffers()).isZero();
    }
  }

  @Test
  void theDescriptionMustFitTheSource() {
    try (Device device = OpenClDevices.open()) {
      KernelSpec unknown = new KernelSpec("other", VECADD.params());
      assertThatThrownBy(() -> device.load(program(VECADD_SOURCE, unknown)))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("no kernel 'other'");

      KernelSpec fewer = new KernelSpec("vecadd", VECADD.params().subList(0, 2));
      assertThatThrownBy(() -> device.load(program(VECADD_SOURCE, fewer)))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("declares 4 parameters, its description 2");
    }
  }

  @Test
  void otherFormatsAreRefused() {
    try (Device device = OpenClDevices.open()) {
      assertThatThrownBy(
              () -> device.load(ProgramImage.ofText(ProgramFormat.PTX, "", List.of(), List.of())))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("can't load PTX");
    }
  }

  @Test
  void buildOptionsReachTheCompiler() {
    String source = "__kernel void f(__global int* out) { out[0] = VALUE; }";
    KernelSpec kernel = new KernelSpec("f", VECADD.params().subList(2, 3));

    try (Device device = OpenClDevices.open()) {
      ProgramImage image =
          ProgramImage.ofText(
              ProgramFormat.OPENCL_C, source, List.of(kernel), List.of("-DVALUE=3"));
      try (LoadedProgram program = device.load(image)) {
        assertThat(program.kernel("f").resources().maxThreadsPerBlock()).isPresent();
      }
      assertThatThrownBy(() -> device.load(program(source, kernel)))
          .isInstanceOf(KernelCompileException.class)
          .hasMessageContaining("VALUE");
    }
  }

  @Test
  void theSecondLoadTakesTheBinaryFromTheCache() {
    KernelCache cache = KernelCache.in(directory, 1 << 24);
    for (boolean cached : List.of(false, true, true)) {
      try (Device device = OpenClDevices.open(cache);
          LoadedProgram program = device.load(vecadd())) {
        assertThat(program.fromCache()).isEqualTo(cached);
        VectorAddition.check(device, program, 1000);
      }
    }
  }

  @Test
  void aBinaryThatIsNoneIsCompiledAgain() throws IOException {
    KernelCache cache = KernelCache.in(directory, 1 << 24);
    try (Device device = OpenClDevices.open(cache)) {
      String key = KernelCache.key(vecadd(), device.info().identity(), OpenClProgram.CACHE_KIND);
      cache.put(key, "not a program".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      try (LoadedProgram program = device.load(vecadd())) {
        assertThat(program.fromCache()).isFalse();
        VectorAddition.check(device, program, 10);
      }
      try (LoadedProgram program = device.load(vecadd())) {
        assertThat(program.fromCache()).isTrue();
      }
    }
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aClosedProgramCannotBeLaunched() {
    try (Device device = OpenClDevices.open()) {
      LoadedProgram program = device.load(vecadd());
      program.close();
      program.close();

      assertThatThrownBy(() -> VectorAddition.check(device, program, 10))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("a program of opencl:0 is closed");
    }
  }
}
