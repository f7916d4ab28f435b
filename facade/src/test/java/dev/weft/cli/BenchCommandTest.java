package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"f32", "f16", "i32"})
  void matmulOnTheInterpreter(String dtype) {
    JsonNode json =
        Cli.run(
                "bench",
                "matmul",
                "--m=3",
                "--n=5",
                "--k=7",
                "--dtype=" + dtype,
                "--device=interpreter",
                "--rounds=2",
                "--json=-")
            .succeeded()
            .json();
    assertThat(json.path("right").asBoolean()).isTrue();
    assertThat(json.path("flops").asDouble()).isEqualTo(2 * 3 * 5 * 7);
    JsonNode weft = json.path("results").path(0);
    assertThat(weft.path("name").asText()).isEqualTo("weft");
    assertThat(weft.path("time").path("count").asInt()).isEqualTo(2);
    assertThat(weft.path("gflops").asDouble()).isPositive();
  }

  @Test
  void peersAreMeasuredInTheSameRun() {
    assumeOpenCl();
    JsonNode json =
        Cli.run(
                "bench",
                "matmul",
                "--m=65",
                "--n=33",
                "--k=129",
                "--device=opencl:0",
                "--rounds=3",
                "--vs=naive,openblas",
                "--json=-")
            .succeeded()
            .json();
    assertThat(json.path("right").asBoolean()).isTrue();
    assertThat(json.path("results")).hasSize(3);
    assertThat(json.path("results").path(1).path("name").asText()).isEqualTo("naive");
    assertThat(json.path("results").path(2).path("ratio").asDouble()).isPositive();
    assertThat(json.path("peak").path("gflops").asDouble()).isPositive();
    assertThat(json.path("peak").path("gbps").asDouble()).isPositive();
  }

  @Test
  void windowSum() {
    assumeOpenCl();
    Cli cli =
        Cli.run(
                "bench",
                "window-sum",
                "--n=1023",
                "--window=7",
                "--device=opencl:0",
                "--rounds=2",
                "--vs=naive")
            .succeeded();
    assertThat(cli.out()).contains("GB/s", "naive", "measured peak of copying");
  }

  @Test
  void model() throws IOException {
    Path model = Models.relu(folder, "n", "4");
    JsonNode json =
        Cli.run(
                "bench",
                "model",
                model.toString(),
                "--size=n=3",
                "--device=interpreter",
                "--rounds=2",
                "--json=-")
            .succeeded()
            .json();
    assertThat(json.path("right").asBoolean()).isTrue();
  }

  @Test
  void refusesWhatIsNotThereYet() {
    String[] common = {"bench", "matmul", "--m=4", "--n=4", "--k=4", "--device=interpreter", ""};
    common[6] = "--vs=cublas";
    Cli.run(common).failed(Main.FAILED, "cublas", "openblas");
    common[6] = "--sweep=x.csv";
    Cli.run(common).failed(Main.FAILED, "sweep");
    common[6] = "--records=r.json";
    Cli.run(common).failed(Main.FAILED, "r.json");
  }

  private static void assumeOpenCl() {
    assumeTrue(
        Devices.installed().list().stream().map(DeviceInfo::name).anyMatch("opencl:0"::equals),
        "there is no OpenCL device");
  }
}
