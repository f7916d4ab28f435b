package dev.weft.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.KernelCompileException;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CudaCompilerTest {
  private static final String COPY =
      """
      extern "C" __global__ void __launch_bounds__(64) copy(const float* A, float* B) {
        __shared__ float stage[64];
        stage[threadIdx.x] = A[threadIdx.x];
        __syncthreads();
        B[threadIdx.x] = stage[63 - threadIdx.x];
      }
      """;

  /** Compiles with whatever this machine has; skips the test if that is nothing. */
  private static CompiledProgram compile(String source, String architecture, ProgramFormat to) {
    Optional<DeviceProbe.Missing> missing = new CudaCompiler().missing();
    Assumptions.assumeTrue(
        missing.isEmpty(), () -> missing.map(DeviceProbe.Missing::reason).orElse(""));
    return ProgramCompilers.installed().compile(image(source, architecture), to);
  }

  private static ProgramImage image(String source, String architecture) {
    KernelSpec spec =
        new KernelSpec(
            "copy",
            List.of(
                new KernelParam.Buffer("A", DType.FLOAT32, KernelParam.Access.READ),
                new KernelParam.Buffer("B", DType.FLOAT32, KernelParam.Access.WRITE)));
    return new ProgramImage(
        ProgramFormat.CUDA_C,
        architecture,
        source.getBytes(StandardCharsets.UTF_8),
        List.of(spec),
        List.of("-std=c++17"));
  }

  @Test
  void aCubinForAnArchitectureThatIsNotHere() {
    CompiledProgram compiled = compile(COPY, "sm_90a", ProgramFormat.CUBIN);

    assertThat(compiled.image().format()).isEqualTo(ProgramFormat.CUBIN);
    assertThat(compiled.image().architecture()).isEqualTo("sm_90a");
    assertThat(compiled.image().content()).startsWith(0x7f, 'E', 'L', 'F');
    assertThat(compiled.image().kernel("copy").params()).hasSize(2);
  }

  @Test
  void theCompilerTellsWhatAKernelTakes() {
    KernelResources resources =
        Objects.requireNonNull(compile(COPY, "sm_80", ProgramFormat.CUBIN).resources().get("copy"));

    assertThat(resources.registers().getAsLong()).isBetween(4L, 64L);
    assertThat(resources.sharedBytes()).isEqualTo(OptionalLong.of(256));
    assertThat(resources.spillBytes()).isEqualTo(OptionalLong.of(0));
  }

  @Test
  void ptx() {
    assertThat(compile(COPY, "sm_80", ProgramFormat.PTX).image().text())
        .contains(".target sm_80")
        .contains(".entry copy(");
  }

  @Test
  void anErrorShowsTheLine() {
    String broken = COPY.replace("stage[63", "stages[63");

    assertThatThrownBy(() -> compile(broken, "sm_80", ProgramFormat.CUBIN))
        .isInstanceOf(KernelCompileException.class)
        .hasMessageContaining("line 5")
        .hasMessageContaining("B[threadIdx.x] = stages[63 - threadIdx.x];")
        .extracting(e -> ((KernelCompileException) e).log())
        .asString()
        .contains("    5 |   B[threadIdx.x] = stages[63 - threadIdx.x];");
  }

  @Test
  void anErrorOfTheAssemblerIsOneToo() {
    String inlined = COPY.replace("__syncthreads();", "asm(\"no.such.instruction;\");");

    assertThatThrownBy(() -> compile(inlined, "sm_80", ProgramFormat.CUBIN))
        .isInstanceOf(KernelCompileException.class);
  }

  @Test
  void anArchitectureThatNobodyKnowsIsRefused() {
    assertThatThrownBy(() -> compile(COPY, "sm_42", ProgramFormat.CUBIN))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("does not know sm_42")
        .hasMessageContaining("80");
  }

  @Test
  void aProgramForNoArchitectureIsRefused() {
    assertThatThrownBy(() -> compile(COPY, "", ProgramFormat.CUBIN))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("no architecture");
  }

  @Test
  void anInstalledNvccServes() {
    Optional<CudaToolchain> nvcc = Nvcc.find().map(found -> found);
    Assumptions.assumeTrue(nvcc.isPresent(), "there is no nvcc");

    CompiledProgram compiled =
        CudaCompiler.compile(nvcc.get(), image(COPY, "sm_90a"), ProgramFormat.CUBIN);

    assertThat(compiled.image().content()).startsWith(0x7f, 'E', 'L', 'F');
    assertThat(Objects.requireNonNull(compiled.resources().get("copy")).spillBytes())
        .isEqualTo(OptionalLong.of(0));
    assertThatThrownBy(
            () ->
                CudaCompiler.compile(
                    nvcc.get(),
                    image(COPY.replace("stage[63", "stages[63"), "sm_90a"),
                    ProgramFormat.CUBIN))
        .isInstanceOf(KernelCompileException.class)
        .hasMessageContaining("line 5");
  }

  @Test
  void aFileThatIsNoNvccIsNone() {
    assertThat(Nvcc.open(Path.of("/nonexistent/nvcc"))).isEmpty();
  }

  @Test
  void otherFormatsAreNotForIt() {
    CudaCompiler compiler = new CudaCompiler();

    assertThat(compiler.accepts(image(COPY, "sm_80"), ProgramFormat.SPIRV)).isFalse();
    assertThat(Set.of(ProgramFormat.PTX, ProgramFormat.CUBIN))
        .allMatch(format -> compiler.accepts(image(COPY, "sm_80"), format));
  }
}
