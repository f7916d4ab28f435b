package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
  @TempDir private Path folder;

  @Test
  void writesAnArtifactForTwoTargets() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path out = folder.resolve("digits.weft");
    JsonNode json =
        Cli.run(
                "compile",
                model.toString(),
                "-o",
                out.toString(),
                "--target",
                "opencl:cpu",
                "--target",
                "interpreter",
                "--json",
                "-")
            .succeeded()
            .json();
    assertThat(json.path("targets")).hasSize(2);
    assertThat(json.path("targets").path(0).path("kernels").asInt()).isPositive();
    try (Artifact artifact = Artifact.read(out)) {
      assertThat(artifact.variants())
          .extracting(Artifact.Variant::target)
          .containsExactly("opencl:cpu", "interpreter");
      assertThat(artifact.signature().inputs().getFirst().name()).isEqualTo("image");
    }
  }

  @Test
  void emitsSource() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path out = folder.resolve("out");
    Cli.run(
            "compile",
            model.toString(),
            "--target",
            "opencl",
            "--emit",
            "opencl",
            out.toString(),
            "--emit",
            "tir",
            folder.resolve("tir").toString())
        .succeeded();
    assertThat(Files.readString(out.resolve("digits.cl"))).contains("__kernel ", "fused_conv2d");
    assertThat(Files.readString(folder.resolve("tir/digits.py"))).contains("@T.prim_func");
  }

  @Test
  void emitsCudaWithoutAGpu() throws IOException {
    Path out = folder.resolve("out");
    Cli.run(
            "compile",
            Models.relu(folder, "8").toString(),
            "--target",
            "cuda:sm_80",
            "--emit",
            "cuda",
            out.toString())
        .succeeded();

    assertThat(Files.readString(out.resolve("relu.cu"))).contains("__global__ void");
  }

  @Test
  void anArtifactForCudaHoldsABinary() throws IOException {
    Optional<DeviceProbe.Missing> missing = cudaCompilerMissing();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "no CUDA compiler: " + missing);
    Path out = folder.resolve("relu.weft");

    JsonNode json =
        Cli.run(
                "compile",
                Models.relu(folder, "8").toString(),
                "-o",
                out.toString(),
                "--target",
                "cuda:sm_90a",
                "--json",
                "-")
            .succeeded()
            .json();

    JsonNode kernels = json.path("targets").path(0).path("kernel_resources");
    assertThat(kernels).hasSize(1);
    assertThat(kernels.path(0).path("registers").asInt()).isPositive();
    assertThat(kernels.path(0).path("spill_bytes").asInt(-1)).isZero();
    try (Artifact artifact = Artifact.read(out)) {
      ProgramImage program = artifact.variants().getFirst().programs().getFirst();
      assertThat(program.format()).isEqualTo(ProgramFormat.CUBIN);
      assertThat(program.architecture()).isEqualTo("sm_90a");
    }
  }

  private static Optional<DeviceProbe.Missing> cudaCompilerMissing() {
    ProgramImage source = ProgramImage.ofText(ProgramFormat.CUDA_C, "", List.of(), List.of());
    return ProgramCompilers.installed().find(source, ProgramFormat.CUBIN).orElseThrow().missing();
  }

  @Test
  void dumpsEveryPassAsScriptThatParsesBack() throws IOException {
    Path model = Models.relu(folder, "8");
    Path dump = folder.resolve("dump");
    Cli.run("compile", model.toString(), "--target", "opencl", "--dump", dump.toString())
        .succeeded();
    assertThat(dump.resolve("plan.txt")).exists();
    assertThat(dump.resolve("program.cl")).exists();
    assertThat(dump.resolve("graph")).isDirectory();
    List<Path> scripts;
    try (Stream<Path> files = Files.walk(dump)) {
      scripts = files.filter(file -> file.toString().endsWith(".py")).sorted().toList();
    }
    assertThat(scripts).hasSizeGreaterThan(3);
    for (Path script : scripts) {
      String text = Files.readString(script);
      String again = TvmScript.print(TvmScript.parseFunction(text, script.toString()));
      assertThat(again).as(script.toString()).isEqualTo(text);
    }
  }

  @Test
  void refusesWhatIsNotThereYet() throws IOException {
    String model = Models.relu(folder, "8").toString();
    Path out = folder.resolve("out");
    Cli.run("compile", model, "--target", "vulkan", "-o", out + ".weft")
        .failed(Main.FAILED, "vulkan");
    Cli.run("compile", model, "--target", "opencl", "--emit", "cuda", out.toString())
        .failed(Main.FAILED, "cuda");
    Cli.run("compile", model, "--target", "opencl", "--emit", "ptx", out.toString())
        .failed(Main.FAILED, "ptx");
    Cli.run(
            "compile",
            model,
            "--target",
            "interpreter",
            "-o",
            folder.resolve("x.zip").toString(),
            "--json",
            "-")
        .failed(Main.FAILED, "x.zip", ".weft");
  }
}
