package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.IRModule;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What counts as passed where a refusal is expected. */
final class TraceCaseTest {
  private static final IRModule CHAIN =
      TvmScript.parseModule(
          """
          @I.ir_module
          class Module:
              @T.prim_func
              def main(A: T.Buffer((8,), "int32"), D: T.Buffer((8,), "int32")):
                  B = T.alloc_buffer((8,), "int32")
                  C = T.alloc_buffer((8,), "int32")
                  for i in range(8):
                      with T.block("B"):
                          vi = T.axis.spatial(8, i)
                          B[vi] = A[vi] * 2
                  for i in range(8):
                      with T.block("C"):
                          vi = T.axis.spatial(8, i)
                          C[vi] = B[vi] + 1
                  for i in range(8):
                      with T.block("D"):
                          vi = T.axis.spatial(8, i)
                          D[vi] = C[vi] + 1
          """);

  private static final Instruction GET_B = getBlock("B", "b0");
  private static final Instruction GET_D = getBlock("D", "b1");
  private static final Instruction LOOPS_OF_D = step("GetLoops", List.of(ref("b1")), "l2");

  /** Moves the first block behind the one that reads it. */
  private static final Instruction WRONG = move("ReverseComputeAt", "b0", "l2");

  private static final Instruction OUTPUT_BLOCK = step("ComputeInline", List.of(ref("b1")));

  private static Instruction getBlock(String name, String handle) {
    List<TraceValue> attrs = List.of(new TraceValue.Text(name), new TraceValue.Text("main"));
    return new Instruction("GetBlock", List.of(), attrs, List.of(handle));
  }

  private static Instruction move(String kind, String block, String loop) {
    List<TraceValue> attrs = List.of(new TraceValue.Int(0), new TraceValue.Int(-1));
    return new Instruction(kind, List.of(ref(block), ref(loop)), attrs, List.of());
  }

  private static Instruction step(String kind, List<TraceValue> inputs, String... made) {
    return new Instruction(kind, inputs, List.of(), List.of(made));
  }

  private static TraceValue ref(String name) {
    return new TraceValue.Ref(name);
  }

  private static TraceCase.Outcome refusing(Instruction... steps) {
    Trace trace = new Trace(List.of(steps), Map.of());
    return new TraceCase(CHAIN, trace, null, true, List.of()).run();
  }

  @Test
  void theLastStepIsRefused() {
    TraceCase.Outcome outcome = refusing(GET_D, OUTPUT_BLOCK);
    assertThat(outcome.passed()).isTrue();
    assertThat(outcome.message()).isEmpty();
  }

  @Test
  void theLastStepIsAccepted() {
    assertThat(refusing(GET_B, step("ComputeInline", List.of(ref("b0")))).passed()).isFalse();
  }

  @Test
  void anEarlierStepThatIsCertainlyWrongIsRefusedAndToldApart() {
    TraceCase.Outcome outcome = refusing(GET_B, GET_D, LOOPS_OF_D, WRONG, OUTPUT_BLOCK);
    assertThat(outcome.passed()).isTrue();
    assertThat(outcome.message())
        .startsWith("refused earlier, at step 4:")
        .contains("reverseComputeAt:");
  }

  @Test
  void anEarlierStepMayNotBeRefusedForAnyOtherReason() {
    TraceCase.Outcome outcome =
        refusing(GET_B, GET_D, LOOPS_OF_D, move("ComputeAt", "b0", "l2"), OUTPUT_BLOCK);
    assertThat(outcome.passed()).isFalse();
    assertThat(outcome.message()).startsWith("refused:").contains("computeAt:");
  }

  @Test
  void whereAResultIsExpectedAWrongStepIsNoExcuse() {
    Trace trace = new Trace(List.of(GET_B, GET_D, LOOPS_OF_D, WRONG), Map.of());
    assertThat(new TraceCase(CHAIN, trace, CHAIN, true, List.of()).run().passed()).isFalse();
  }
}
