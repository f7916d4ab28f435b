package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceTest {
  private static Schedule tiled() {
    Schedule schedule = Schedule.of(Programs.matmulRelu(16));
    BlockRef y = schedule.getBlock("Y");
    List<LoopRef> loops = schedule.getLoops(y);
    schedule.getConsumers(y);
    List<ExprRef> tile = schedule.samplePerfectTile(loops.get(1), 2, 8, List.of(4L, 4L));
    schedule.sampleCategorical(List.of(1L, 2L), List.of(0.5, 0.5), 1L);
    schedule.split(loops.get(1), tile, true, false);
    schedule.enterPostproc();
    schedule.unroll(loops.get(2));
    return schedule;
  }

  private static List<String> kinds(Trace trace) {
    return trace.instructions().stream().map(Instruction::kind).toList();
  }

  @Test
  void deadCodeIsWhatFindsOrDrawsForNothing() {
    Trace trace = tiled().trace();
    assertThat(kinds(trace.simplified(false)))
        .containsExactly(
            "GetBlock", "GetLoops", "SamplePerfectTile", "Split", "EnterPostproc", "Unroll");
    Trace search = trace.simplified(true);
    assertThat(kinds(search)).containsExactly("GetBlock", "GetLoops", "SamplePerfectTile", "Split");
    assertThat(search.decisions()).containsOnlyKeys(2);
  }

  @Test
  void decisionsCanBeReplaced() {
    Trace trace = tiled().trace();
    int tile = kinds(trace).indexOf("SamplePerfectTile");
    Trace other =
        trace.withDecision(
            tile, new TraceValue.Items(List.of(new TraceValue.Int(8), new TraceValue.Int(2))));
    Schedule schedule = Schedule.of(Programs.matmulRelu(16));
    schedule.replay(other);
    assertThat(schedule.trace()).isEqualTo(other);
    assertThat(
            schedule.getLoops(schedule.getBlock("Y")).stream()
                .map(loop -> TvmScript.print(schedule.state().loop(loop).stmt().extent())))
        .containsExactly("16", "8", "2", "16");
    assertThatThrownBy(() -> trace.withDecision(0, new TraceValue.Int(1)))
        .hasMessageContaining("GetBlock decides nothing");
  }

  @Test
  void aProviderDecides() {
    Schedule schedule = Schedule.of(Programs.matmulRelu(16));
    schedule.replay(
        tiled().trace(),
        ReplayOptions.DEFAULT
            .deciding(
                (position, step, recorded) ->
                    step.kind().equals("SampleCategorical") ? new TraceValue.Int(0) : recorded)
            .withoutPostprocessing());
    assertThat(schedule.trace().decisions()).containsValue(new TraceValue.Int(0));
    assertThat(kinds(schedule.trace())).doesNotContain("Unroll", "EnterPostproc");
  }

  @Test
  void withoutDecisionsAReplayDrawsAnew() {
    Schedule schedule = Schedule.of(Programs.matmulRelu(16));
    schedule.replay(tiled().trace().withoutDecisions());
    assertThat(schedule.trace().decisions()).hasSize(2);
  }

  @Test
  void appendAndPop() {
    Trace trace = tiled().trace();
    assertThat(trace.pop().append(trace.instructions().getLast(), null)).isEqualTo(trace);
    assertThatThrownBy(Trace.EMPTY::pop).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void eachQueryHasItsOwnName() {
    Schedule schedule = Schedule.of(Programs.matmulRelu(16));
    BlockRef first = schedule.getBlock("Y");
    BlockRef second = schedule.getBlock("Y");
    schedule.annotate(first, "x", 1);
    schedule.annotate(second, "y", 2);
    assertThat(schedule.trace().instructions().get(2).inputs().getFirst())
        .isEqualTo(new TraceValue.Ref("b0"));
    assertThat(schedule.trace().instructions().get(3).inputs().getFirst())
        .isEqualTo(new TraceValue.Ref("b1"));
  }

  @Test
  void traceOfSeveralFunctions() {
    IRModule module = IRModule.of("f", Programs.elementwise(4)).with("g", Programs.matmul(4));
    Schedule schedule = Schedule.of(module);
    assertThatThrownBy(() -> schedule.getBlock("B")).hasMessageContaining("main");
    schedule.workOn("f");
    schedule.computeInline(schedule.getBlock("B"));
    schedule.workOn("g");
    schedule.unroll(schedule.getLoops(schedule.getBlock("C")).getFirst());
    assertThatThrownBy(() -> schedule.workOn("h")).isInstanceOf(ScheduleException.class);
    Schedule again = Schedule.of(module);
    again.replay(schedule.trace());
    assertThat(StructuralEqual.check(again.module(), schedule.module())).isEmpty();
  }

  @Test
  void theNewerNameOfGetBlockIsRead() {
    Trace trace = TraceJson.read("[[[\"GetSBlock\", [], [\"C\", \"main\"], [\"b0\"]]], []]");
    Schedule schedule = Schedule.of(Programs.matmul(4));
    schedule.replay(trace);
    assertThat(kinds(schedule.trace())).containsExactly("GetBlock");
  }

  @Test
  void stringsWithinAnnotationsKeepTheirKind() {
    String text =
        """
        [[
          ["GetBlock",[],["C","main"],["b0"]],
          ["Annotate",["b0",{"how":"ahead","like":"\\"b0\\"","stages":[0,1.5]}],["plan"],[]]
        ], []]
        """;
    Trace trace = TraceJson.read(text);
    assertThat(trace.instructions().get(1).inputs().get(1))
        .isEqualTo(
            new TraceValue.Entries(
                Map.of(
                    "how", new TraceValue.Text("ahead"),
                    "like", new TraceValue.Text("b0"),
                    "stages",
                        new TraceValue.Items(
                            List.of(new TraceValue.Int(0), new TraceValue.Real(1.5))))));
    assertThat(TraceJson.write(trace)).isEqualTo(text);
  }

  /** Random traces: written and read the same, replayed with the same result and record. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void randomTracesRoundTrip(int group) {
    int steps = 0;
    for (int seed = group * 1000; seed < group * 1000 + 15; seed++) {
      Random random = new Random(seed);
      PrimFunc function =
          random.nextBoolean() ? Programs.matmulRelu(6) : Programs.elementwise(5, 6);
      Schedule schedule = Schedule.of(function);
      for (int i = 0; i < 8; i++) {
        try {
          RandomSteps.apply(schedule, random);
          steps++;
        } catch (ScheduleException e) {
          // Refused, and so no part of the trace.
        }
      }
      String json = TraceJson.write(schedule.trace());
      Trace read = TraceJson.read(json);
      assertThat(TraceJson.write(read)).as("seed %d", seed).isEqualTo(json);
      Schedule again = Schedule.of(function);
      again.replay(read);
      assertThat(StructuralEqual.check(again.module(), schedule.module()))
          .as("seed %d", seed)
          .isEmpty();
      assertThat(TraceJson.write(again.trace())).as("seed %d", seed).isEqualTo(json);
    }
    assertThat(steps).isGreaterThan(20);
  }

  @TempDir private static Path folder;

  /** The Java program of each case does what the trace does. */
  @TestFactory
  Stream<DynamicTest> theProgramOfATraceDoesTheSame() throws Exception {
    List<Path> cases = CaseReport.folders(TraceCasesTest.ROOT);
    TracePrograms programs = new TracePrograms(folder);
    for (int i = 0; i < cases.size(); i++) {
      TraceCase one = TraceCase.read(cases.get(i));
      if (one.expected() != null) {
        programs.add("Program" + i, one.trace());
      }
    }
    programs.compile();
    return Stream.iterate(0, i -> i < cases.size(), i -> i + 1)
        .filter(i -> programs.has("Program" + i))
        .map(
            i ->
                DynamicTest.dynamicTest(
                    cases.get(i).getFileName().toString(),
                    () -> {
                      TraceCase one = TraceCase.read(cases.get(i));
                      ReplayOptions options = ReplayOptions.DEFAULT.with(one.intrinsics());
                      Schedule byTrace = one.schedule();
                      byTrace.replay(one.trace(), options);
                      Schedule byProgram = one.schedule();
                      programs.apply("Program" + i, byProgram, options);
                      assertThat(StructuralEqual.check(byProgram.module(), byTrace.module()))
                          .isEmpty();
                    }));
  }
}
