package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.base.DType;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TirCommandTest {
  @TempDir private Path folder;

  private Path matmul() throws IOException {
    String text = TvmScript.print(TirPrograms.matmul(5, 7, 11, DType.FLOAT32));
    return Files.writeString(folder.resolve("matmul.py"), text);
  }

  @Test
  void printsInBothDialects() throws IOException {
    String file = matmul().toString();
    assertThat(Cli.run("tir", "print", file).succeeded().out()).contains("T.block(\"C\")");
    assertThat(Cli.run("tir", "print", file, "--dialect", "sblock").succeeded().out())
        .contains("T.sblock(\"C\")");
  }

  @Test
  void runsAndCompares() throws IOException {
    JsonNode json =
        Cli.run("tir", "run", matmul().toString(), "--device", "interpreter", "--json", "-")
            .succeeded()
            .json();
    assertThat(json.path("functions").path("matmul").path("C").path("agrees").asBoolean()).isTrue();
  }

  @Test
  void simtPrintsWhatALaunchTakes() throws IOException {
    Cli run = Cli.run("tir", "run", matmul().toString(), "--device", "simt").succeeded();
    assertThat(run.out())
        .contains("matmul, launch 0:")
        .containsPattern("global loads sectors +\\d+")
        .containsPattern("instructions float +\\d+");
    JsonNode json =
        Cli.run("tir", "run", matmul().toString(), "--device", "simt", "--json", "-")
            .succeeded()
            .json();
    JsonNode launch = json.path("functions").path("matmul").path("launches").get(0);
    // 5 × 7 results of 11 products and sums each, 32 threads a warp.
    assertThat(launch.path("instructions.float").asLong()).isGreaterThanOrEqualTo(2 * 11 * 2);
    assertThat(launch.path("global_loads.requests").asLong()).isPositive();
  }

  @Test
  void simtNamesTheLineOfARace() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("race.py"),
            """
            @T.prim_func
            def race(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32")):
                for i in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("B"):
                        vi = T.axis.spatial(64, i)
                        B[vi // 2] = A[vi]
            """);
    Cli.run("tir", "run", file.toString(), "--device", "simt")
        .failed(Main.FAILED, "data race: thread 1 of block 0 writes element 0 of 'B'");
  }

  @Test
  void integerParametersAreGivenByName() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("scaled.py"),
            """
            @T.prim_func
            def scaled(A: T.Buffer((64,), "int32"), by: T.int32, C: T.Buffer((64,), "int32")):
                for i in range(64):
                    with T.block("C"):
                        vi = T.axis.spatial(64, i)
                        C[vi] = A[vi] * by + vi
            """);
    for (String device : List.of("interpreter", "simt", "jvm")) {
      JsonNode json =
          Cli.run(
                  "tir",
                  "run",
                  file.toString(),
                  "--device",
                  device,
                  "--size",
                  "by=3",
                  "--json",
                  "-")
              .succeeded()
              .json();
      assertThat(json.path("functions").path("scaled").path("C").path("agrees").asBoolean())
          .as(device)
          .isTrue();
    }
    Cli.run("tir", "run", file.toString(), "--device", "interpreter")
        .failed(Main.FAILED, "give --size by=N");
  }

  @Test
  void badScriptIsOneLineThatNamesThePlace() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.py"), "@T.prim_func\ndef f(:\n    pass\n");
    Cli.run("tir", "print", file.toString()).failed(Main.FAILED, "bad.py:2:");
    Cli.run("tir", "print", folder.resolve("none.py").toString()).failed(Main.FAILED, "none.py");
  }

  private Path traced(String name, String trace) throws IOException {
    Path made = Files.createDirectories(folder.resolve("cases").resolve(name));
    Files.copy(matmul(), made.resolve("before.py"));
    Files.writeString(made.resolve("trace.json"), trace);
    return made;
  }

  private static final String UNROLL =
      """
      [[
        ["GetBlock", [], ["C", "matmul"], ["b0"]],
        ["GetLoops", ["b0"], [], ["l1", "l2", "l3"]],
        ["Unroll", ["l3"], [], []]
      ], []]
      """;

  @Test
  void appliesTraces() throws IOException {
    Path made = traced("unroll", UNROLL);
    String trace = made.resolve("trace.json").toString();
    String text = Cli.run("tir", "apply", matmul().toString(), "--trace", trace).succeeded().out();
    assertThat(text).contains("in T.unroll(").doesNotContain("# not verified");
    assertThat(
            Cli.run("tir", "apply", matmul().toString(), "--trace", trace, "--verify")
                .succeeded()
                .out())
        .isEqualTo(text);
    Cli.run("tir", "apply", matmul().toString(), "--trace", made.toString())
        .failed(Main.FAILED, "unroll");
  }

  @Test
  void checksCases() throws IOException {
    Path right = traced("a_right", UNROLL);
    String trace = right.resolve("trace.json").toString();
    String expected = Cli.run("tir", "apply", matmul().toString(), "--trace", trace).out();
    Files.writeString(right.resolve("expected.py"), expected);
    Path cases = folder.resolve("cases");
    assertThat(Cli.run("tir", "check", cases.toString()).succeeded().out().lines())
        .containsExactly(
            "test,status,detail",
            "a_right,pass,",
            "total,1,pass 1; fail 0; unsupported 0; error 0");
    assertThat(Cli.run("tir", "check", cases.toString(), "--verify").succeeded().out())
        .contains("a_right,pass,");

    Files.writeString(traced("b_wrong", UNROLL).resolve("error"), "unroll: no reason");
    Path unknown = traced("c_unknown", UNROLL.replace("Unroll", "Unheard"));
    Files.writeString(unknown.resolve("expected.py"), expected);
    Files.createDirectories(cases.resolve("d_broken"));
    Files.writeString(cases.resolve("d_broken").resolve("trace.json"), "[[], []]");
    Path csv = folder.resolve("report.csv");
    Cli mixed = Cli.run("tir", "check", cases.toString(), "--csv", csv.toString());
    assertThat(mixed.status()).isEqualTo(Main.FAILED);
    assertThat(mixed.out()).doesNotContain("a_right").contains("b_wrong,fail,", "d_broken,error,");
    assertThat(Files.readString(csv))
        .contains(
            "a_right,pass,", "c_unknown,unsupported,", "total,4,pass 1; fail 1; unsupported 1");
  }

  @Test
  void aFolderWithoutCasesIsAnError() {
    Cli.run("tir", "check", folder.toString()).failed(Main.FAILED, "no case folder");
  }

  @Test
  void printsEveryModuleOfAFile() throws IOException {
    String function =
        """
            @T.prim_func
            def f(A: T.Buffer((4,), "float32")):
                for i in range(4):
                    with T.block("A"):
                        vi = T.axis.spatial(4, i)
                        A[vi] = T.float32(1.0)
        """;
    Path file = folder.resolve("two.py");
    Files.writeString(
        file, "@I.ir_module\nclass One:\n" + function + "@I.ir_module\nclass Two:\n" + function);
    assertThat(Cli.run("tir", "print", file.toString()).succeeded().out())
        .contains("class One:", "class Two:");
  }
}
