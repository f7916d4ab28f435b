package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.PipelinedFunctions;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InjectSoftwarePipelineTest {
  private static final Target ASYNC = Target.parse("simt");
  private static final Target PLAIN = Target.parse("simt -features=subgroups");

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  private static String kernel(PrimFunc function, Target target) {
    return TvmScript.print(Lowering.lower(function, target).launches().getFirst().kernel());
  }

  @Test
  void twoStagesFillAheadAndDrain() {
    String head =
        """
        @T.prim_func
        def main(A: T.Buffer((16, 128), "float32"), C: T.Buffer((16, 128), "float32")):
            tx = T.launch_thread("threadIdx.x", 128)
        """;
    PrimFunc before =
        TvmScript.parseFunction(
            head
                + """
                    for k in T.serial(16, annotations={"software_pipeline_stage": [0, 1],
                                                       "software_pipeline_order": [0, 1]}):
                        with T.block():
                            S = T.alloc_buffer((128,), scope="shared")
                            S[tx] = A[k, tx]
                            C[k, tx] = S[127 - tx]
                """);
    PrimFunc after =
        TvmScript.parseFunction(
            head
                + """
                    with T.block():
                        T.reads()
                        T.writes()
                        S = T.alloc_buffer((2, 128), scope="shared")
                        S[0, tx] = A[0, tx]
                        for k in range(15):
                            S[(k + 1) % 2, tx] = A[k + 1, tx]
                            C[k, tx] = S[k % 2, 127 - tx]
                        C[15, tx] = S[15 % 2, 127 - tx]
                """);
    PrimFunc actual = new InjectSoftwarePipeline().apply(before, PLAIN);
    assertThat(
            StructuralEqual.check(
                new Simplify("s").apply(actual, PLAIN), new Simplify("s").apply(after, PLAIN)))
        .as(TvmScript.print(actual))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[0, 0, 1]; [0, 1, 2]; 16",
        "[0, 0, 1]; [1, 2, 0]; 16",
        "[0, 0, 2]; [0, 1, 2]; 16",
        "[0, 1, 2]; [0, 1, 2]; 16",
        "[0, 1, 3]; [2, 1, 0]; 16",
        "[0, 0, 3]; [2, 1, 0]; 16",
        "[0, 0, 3]; [0, 1, 2]; 3",
        "[0, 0, 3]; [0, 1, 2]; 2",
        "[0, 0, 2]; [0, 1, 2]; 1"
      })
  void pipelinesComputeWhatTheLoopDoes(String stages, String order, int steps) {
    PrimFunc reference = PipelinedFunctions.reference(steps);
    for (String async : new String[] {"", "[0]", "[0, 1]"}) {
      PrimFunc piped =
          PipelinedFunctions.loop(PipelinedFunctions.stages(stages, order, async), steps);
      assertThat(SimtChecks.problems(reference, piped, ASYNC))
          .as("%s %s %s%n%s", stages, order, async, kernel(piped, ASYNC))
          .isEmpty();
      assertThat(SimtChecks.problems(reference, piped, PLAIN)).isEmpty();
    }
  }

  @Test
  void asynchronousCopiesAreCommittedAndWaitedFor() {
    PrimFunc piped =
        PipelinedFunctions.loop(PipelinedFunctions.stages("[0, 0, 2]", "[0, 1, 2]", "[0]"), 16);
    String text = kernel(piped, ASYNC);
    // Two steps fill, one loop, two steps drain.
    assertThat(count(text, "T.ptx_cp_async(\"float32\"")).isEqualTo(2 * 3);
    assertThat(count(text, "T.ptx_commit_group()")).isEqualTo(3);
    assertThat(count(text, "T.ptx_wait_group(1)")).as(text).isEqualTo(2);
    assertThat(count(text, "T.ptx_wait_group(0)")).isEqualTo(1);
    assertThat(text).contains("T.allocate([384], \"float32\", \"shared\")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[0, 0, 1]", "[0, 0, 2]"})
  void aStepNeedsOneBarrier(String stages) {
    String text =
        kernel(
            PipelinedFunctions.loop(PipelinedFunctions.stages(stages, "[0, 1, 2]", "[0]"), 16),
            ASYNC);
    int loop = text.indexOf("for k in");
    int end = text.indexOf("ptx_wait_group", text.indexOf("ptx_wait_group", loop) + 1);
    assertThat(count(text.substring(loop, end), "tvm_storage_sync")).as(text).isEqualTo(1);
  }

  @Test
  void devicesWithoutAsynchronousCopiesGetPlainOnes() {
    String text =
        kernel(
            PipelinedFunctions.loop(PipelinedFunctions.stages("[0, 0, 1]", "[0, 1, 2]", "[0]"), 16),
            PLAIN);
    assertThat(text).doesNotContain("ptx_");
  }

  @Test
  void doubleBufferFillsOneIterationAhead() {
    String script = TvmScript.print(PipelinedFunctions.loop("", 16));
    PrimFunc doubled =
        TvmScript.parseFunction(
            script.replaceAll(
                "\n( *)with T.block\\(\"([SR])\"\\):",
                "$0\n$1    T.block_attr({\"double_buffer_scope\": 0})"));
    String text = kernel(doubled, ASYNC);
    assertThat(text).contains("T.allocate([256], \"float32\", \"shared\")").contains("range(15)");
    assertThat(SimtChecks.problems(PipelinedFunctions.reference(16), doubled, ASYNC)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[0, 0]; [0, 1]; 2 stages and 2 places in the order for 3 statements",
        "[0, 0, 1]; [0, 0, 2]; two statements one place",
        "[1, 1, 0]; [0, 1, 2]; would carry out statement 2 before statement 0",
        "[0, 0, 0]; [2, 1, 0]; would carry out statement"
      })
  void refusesWhatWouldComputeSomethingElse(String stages, String order, String message) {
    PrimFunc piped = PipelinedFunctions.loop(PipelinedFunctions.stages(stages, order, ""), 16);
    assertThatThrownBy(() -> Lowering.lower(piped, ASYNC))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("pipelined loop 'k'")
        .hasMessageContaining(message);
  }

  @Test
  void refusesStagesThatShareWhatAllIterationsShare() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(A: T.Buffer((16, 32), "float32"), B: T.Buffer((32,), "float32"),
                     C: T.Buffer((16, 32), "float32")):
                tx = T.launch_thread("threadIdx.x", 32)
                for k in T.serial(16, annotations={"software_pipeline_stage": [0, 1],
                                                   "software_pipeline_order": [0, 1]}):
                    B[tx] = A[k, tx]
                    C[k, tx] = B[tx]
            """);
    assertThatThrownBy(() -> new InjectSoftwarePipeline().apply(function, PLAIN))
        .hasMessageContaining("'B', which all iterations share");
  }
}
