package dev.weft.tir.schedule.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.script.TvmScript;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@link StepVerifier} notices, and what it says where it can't look. */
final class StepVerifierTest {
  private static final Instruction STEP = step("Reorder");

  private static Instruction step(String kind, TraceValue... inputs) {
    return new Instruction(kind, Arrays.asList(inputs), List.of(), List.of());
  }

  private static IRModule module(String params, String body) {
    String text = "@T.prim_func\ndef main(" + params + "):\n" + body.indent(4);
    return IRModule.of("main", TvmScript.parseFunction(text));
  }

  private static IRModule loop(String header, String store) {
    return module(
        "A: T.Buffer((8,), \"int32\"), B: T.Buffer((8,), \"int32\")",
        """
        for i in %s:
            with T.block("B"):
                vi = T.axis.spatial(8, i)
                %s
        """
            .formatted(header, store));
  }

  @Test
  void acceptsTheSame() {
    IRModule before = loop("range(8)", "B[vi] = A[vi] * 2");
    IRModule after = loop("T.unroll(8)", "B[vi] = A[vi] + A[vi]");
    StepVerifier verifier = new StepVerifier(VerifyOptions.DEFAULT);
    assertThatCode(() -> verifier.check(STEP, before, after)).doesNotThrowAnyException();
    assertThat(verifier.unverified()).isEmpty();
  }

  @Test
  void namesTheStepAndTheFirstElement() {
    IRModule before = loop("range(8)", "B[vi] = A[vi] * 2");
    IRModule after = loop("range(8)", "B[vi] = A[vi] * 2 + vi // 5");
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, after))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("Reorder changes what the function computes: 'B'[5] is ")
        .hasMessageContaining("before it was ");
  }

  @Test
  void noticesElementsThatAreNotWrittenAnyMore() {
    IRModule before = loop("range(8)", "B[vi] = A[vi] * 2");
    IRModule after = loop("range(7)", "B[vi] = A[vi] * 2");
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, after))
        .hasMessageContaining("'B'[7] is ");
  }

  @Test
  void noticesAccessesOutOfBounds() {
    IRModule before = loop("range(8)", "B[vi] = A[vi] * 2");
    IRModule after = loop("range(8)", "B[vi] = A[vi + 1] * 2");
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, after))
        .isInstanceOf(VerificationException.class)
        .hasMessageContaining("index 0 of 'A' is 8");
  }

  @Test
  void runsParallelLoopsBackwards() {
    String store = "B[vi] = A[vi] + T.if_then_else(vi == 0, 0, B[vi - 1])";
    IRModule before = loop("range(8)", store);
    IRModule after = loop("T.parallel(8)", store);
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, after))
        .hasMessageContaining("when parallel loops run backwards");
  }

  @Test
  void triesSeveralSizes() {
    IRModule before =
        module(
            "a: T.handle, b: T.handle",
            """
            n = T.int32()
            A = T.match_buffer(a, (n,), "int32")
            B = T.match_buffer(b, (n,), "int32")
            for i in range(n):
                with T.block("B"):
                    vi = T.axis.spatial(n, i)
                    B[vi] = A[vi] + 1
            """);
    IRModule after = before.with("main", wrongFrom(12, before.get("main")));
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, after))
        .hasMessageContaining("'B'[12]");
    VerifyOptions small = VerifyOptions.DEFAULT.withSizes(Map.of("n", 12L));
    assertThatCode(() -> new StepVerifier(small).check(STEP, before, after))
        .doesNotThrowAnyException();
  }

  /** What is stored is one more from an index on. */
  private static PrimFunc wrongFrom(int index, PrimFunc function) {
    Stmt body =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            return node instanceof Stmt.Store store
                ? new Stmt.Store(
                    store.buffer(),
                    new Expr.Select(
                        Expr.lt(store.indices().getFirst(), Expr.int32(index)),
                        store.value(),
                        Expr.add(store.value(), 1)),
                    store.indices(),
                    null)
                : super.stmt(node);
          }
        }.stmt(function.body());
    return function.withBody(body);
  }

  @Test
  void toleratesRoundingOnly() {
    String params = "A: T.Buffer((64,), \"float16\"), B: T.Buffer((1,), \"float16\")";
    String body =
        """
        for i in range(64):
            with T.block("B"):
                vi = T.axis.reduce(64, i)
                with T.init():
                    B[0] = T.float16(0)
                B[0] = B[0] + A[%s] * T.float16(%s)
        """;
    IRModule before = module(params, body.formatted("vi", "0.3"));
    IRModule reordered = module(params, body.formatted("63 - vi", "0.3"));
    IRModule wrong = module(params, body.formatted("vi", "0.5"));
    assertThatCode(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, reordered))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new StepVerifier(VerifyOptions.DEFAULT).check(STEP, before, wrong))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void followsParametersIntoTheirNewLayout() {
    Var i = Var.int32("i");
    IndexMap map = new IndexMap(List.of(i), List.of(Expr.floorMod(i, 4), Expr.floorDiv(i, 4)));
    IRModule module = loop("range(8)", "B[vi] = A[vi] * 2");
    Schedule schedule = Schedule.verifying(module, VerifyOptions.DEFAULT);
    BlockRef block = schedule.getBlock("B");
    schedule.transformLayout(block, 0, false, map);
    schedule.transformLayout(block, 0, true, map);
    assertThat(schedule.function().paramBuffers()).allMatch(buffer -> buffer.rank() == 2);
    assertThat(schedule.unverified()).isEmpty();
  }

  @Test
  void tellsWhatItLeavesOut() {
    IRModule before = loop("range(8)", "B[vi] = A[vi] * 2");
    IRModule after = loop("range(8)", "B[vi] = A[vi] * 3");
    StepVerifier tooMuch = new StepVerifier(VerifyOptions.DEFAULT.upTo(10));
    tooMuch.check(STEP, before, after);
    assertThat(tooMuch.unverified())
        .containsExactly("step 1, Reorder in 'main': it is too much work to run");
    IRModule unknown = loop("range(8)", "B[vi] = T.call_extern(\"int32\", \"f\", A[vi])");
    StepVerifier cantRun = new StepVerifier(VerifyOptions.DEFAULT);
    cantRun.check(STEP, unknown, unknown);
    assertThat(cantRun.unverified()).singleElement().asString().contains("it can't be run");
    StepVerifier mayChange = new StepVerifier(VerifyOptions.DEFAULT);
    mayChange.check(step("UnsafeSetDType"), before, after);
    assertThat(mayChange.unverified()).singleElement().asString().contains("allowed to change");
  }

  @Test
  void aVerifyingScheduleRecordsAndCopiesAsAnyOther() {
    IRModule module = loop("range(8)", "B[vi] = A[vi] * 2");
    Schedule schedule = Schedule.verifying(module, VerifyOptions.DEFAULT);
    BlockRef block = schedule.getBlock("B");
    schedule.split(schedule.getLoops(block).getFirst(), null, 3);
    Schedule copy = schedule.copy();
    copy.parallel(copy.getLoops(block).getFirst());
    assertThat(schedule.trace().instructions()).hasSize(3);
    assertThat(copy.trace().instructions()).hasSize(5);
    assertThat(copy.unverified()).isEmpty();
  }
}
