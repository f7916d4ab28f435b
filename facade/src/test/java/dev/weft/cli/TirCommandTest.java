package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.MatmulWorkload;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TirCommandTest {
  @TempDir private Path folder;

  private Path matmul() throws IOException {
    String text = TvmScript.print(MatmulWorkload.function(5, 7, 11, DType.FLOAT32));
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
  void badScriptIsOneLineThatNamesThePlace() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.py"), "@T.prim_func\ndef f(:\n    pass\n");
    Cli.run("tir", "print", file.toString()).failed(Main.FAILED, "bad.py:2:");
    Cli.run("tir", "print", folder.resolve("none.py").toString()).failed(Main.FAILED, "none.py");
  }
}
