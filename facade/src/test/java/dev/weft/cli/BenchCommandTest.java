package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                "--vs=naive,copy",
                "--json=-")
            .succeeded()
            .json();
    assertThat(json.path("right").asBoolean()).isTrue();
    assertThat(json.path("results")).hasSize(3);
    assertThat(json.path("results").path(1).path("name").asText()).isEqualTo("naive");
    JsonNode copy = json.path("results").path(2);
    assertThat(copy.path("name").asText()).isEqualTo("copy");
    assertThat(copy.path("gbps").asDouble()).isPositive();
    assertThat(copy.path("ratio").asDouble()).isPositive();
    assertThat(json.path("peak").path("gflops").asDouble()).isPositive();
    assertThat(json.path("date").asText()).matches("20\\d\\d-.*Z");
    assertThat(json.path("driver").asText()).isNotEmpty();
    assertThat(json.path("peak").path("gbps").asDouble()).isPositive();
  }

  /** Every workload, small and of awkward sizes, with what it must report. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "matmul --m=5 --n=3 --k=7 --batch=2 --trans-b | 420 | 568",
        "matmul --m=5 --n=3 --k=7 --packed-b | 210 | 284",
        "matmul --m=5 --n=3 --k=7 --dtype=i8 | 210 | 71",
        "conv2d --c=4 --h=7 --w=6 --filters=6 --kernel=3x2 --stride=2 --pad=1 --dilation=1"
            + " --groups=2 | 2304 | 1344",
        "depthwise --c=3 --h=5 --w=5 --kernel=3 | 1350 | 708",
        "window-sum --n=50 --window=7 --dtype=f16 | 350 | 212",
        "elementwise --n=37 --steps=5 | 185 | 444",
        "softmax --rows=5 --columns=13 | 0 | 520",
        "layernorm --rows=5 --columns=13 | 0 | 624",
        "reduce --rows=5 --columns=13 | 0 | 280",
        "reduce --rows=5 --columns=13 --axis=0 --of=mean | 0 | 312",
        "reduce --rows=5 --columns=13 --axis=0 --of=max --dtype=i32 | 0 | 312",
        "transpose --rows=5 --columns=13 --dtype=i8 | 0 | 130",
        "attention --heads=2 --sequence=9 --depth=4 | 2592 | 1152",
      })
  void everyWorkload(String arguments, double flops, double bytes) {
    String[] all =
        ("bench " + arguments + " --device=interpreter --rounds=1 --json=-").split(" +", -1);
    JsonNode json = Cli.run(all).succeeded().json();
    assertThat(json.path("right").asBoolean()).isTrue();
    assertThat(json.path("workload").asText())
        .isEqualTo(arguments.replaceFirst(" .*", "").replace("depthwise", "conv2d"));
    assertThat(json.path("flops").asDouble()).isEqualTo(flops);
    assertThat(json.path("bytes").asDouble()).isEqualTo(bytes);
  }

  @Test
  void sweepsWriteATableAndPlots() throws IOException {
    assumeOpenCl();
    Path table = folder.resolve("sweep.csv");
    String[] command = {
      "bench",
      "matmul",
      "--sweep=" + table,
      "--sizes=8,16",
      "--device=opencl:0",
      "--rounds=1",
      "--json=-",
    };
    JsonNode json = Cli.run(command).succeeded().json();
    assertThat(json.path("sweep")).hasSize(2);
    assertThat(json.path("sweep").path(1).path("size").asInt()).isEqualTo(16);
    assertThat(json.path("sweep").path(1).path("right").asBoolean()).isTrue();
    assertThat(Files.readAllLines(table))
        .hasSize(3)
        .first()
        .isEqualTo("workload,size,contestant,median_ms,gflops,gbps,flops,bytes,ratio");
    assertThat(Files.readAllLines(table).get(2))
        .matches("matmul,16,weft,[^,]+,[^,]+,[^,]+,8192,3072,1.0000");
    assertThat(folder.resolve("sweep.svg")).content().contains("<svg", "<path");
    assertThat(folder.resolve("sweep-roofline.svg")).content().contains("<svg", "<path");
    Cli.run("bench", "matmul", "--sizes=8", "--device=opencl:0").failed(Main.USAGE, "--sweep");
  }

  @Test
  void refusesSizesThatMakeNoSense() {
    Cli.run("bench", "matmul", "--m=0").failed(Main.USAGE, "at least 1");
    Cli.run("bench", "conv2d", "--c=4", "--groups=3", "--device=interpreter")
        .failed(Main.USAGE, "4 channels", "3 groups");
    Cli.run("bench", "conv2d", "--h=2", "--w=2", "--kernel=7", "--device=interpreter")
        .failed(Main.USAGE, "filter is larger");
    Cli.run("bench", "conv2d", "--kernel=x3").failed(Main.USAGE, "--kernel");
    Cli.run("bench", "reduce", "--axis=2", "--device=interpreter")
        .failed(Main.USAGE, "axes 0 and 1");
    Cli.run("bench", "softmax", "--threads=0").failed(Main.USAGE, "--threads");
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
    common[6] = "--vs=copy";
    Cli.run(common).failed(Main.FAILED, "OpenCL C", "opencl:0");
    common[6] = "--records=r.json";
    Cli.run(common).failed(Main.FAILED, "r.json");
  }

  private static void assumeOpenCl() {
    assumeTrue(
        Devices.installed().list().stream().map(DeviceInfo::name).anyMatch("opencl:0"::equals),
        "there is no OpenCL device");
  }
}
