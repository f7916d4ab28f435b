package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.schedule.ExprRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.structural.StructuralEqual;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedules as data: traces, sampled decisions, and a search over them. */
@ExtendWith(DeviceCounts.class)
final class Chapter5StochasticSchedulesTest {
  private static Schedule matmul() {
    return Schedule.of(CoursePrograms.matmul(128));
  }

  private static void check(PrimFunc function) {
    Golden.MATMUL_128.checkMatmul(128, function, Interpreter::run);
  }

  @Test
  void columnsInGroupsByHand() {
    Schedule schedule = matmul();
    Matmul.groupColumns(schedule, 4);
    Structure.assertBody(
        schedule.function(),
        """
        for i, j_0 in T.grid(128, 32):
            for j_1_init in range(4):
                with T.block("C_init"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1_init)
                    T.reads()
                    T.writes(C[vi, vj])
                    C[vi, vj] = T.float32(0)
            for k, j_1 in T.grid(128, 4):
                with T.block("C_update"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1)
                    vk = T.axis.reduce(128, k)
                    T.reads(C[vi, vj], A[vi, vk], B[vk, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
        """);
    check(schedule.function());
  }

  @Test
  void theTraceIsWhatWasDone() {
    Schedule schedule = matmul();
    Matmul.groupColumns(schedule, 4);
    assertThat(TraceJson.write(schedule.trace()).replaceAll("\\s", ""))
        .isEqualTo(
            """
            [[["GetBlock",[],["C","main"],["b0"]],
              ["GetLoops",["b0"],[],["l1","l2","l3"]],
              ["Split",["l2","None",4],[1,0],["l4","l5"]],
              ["Reorder",["l1","l4","l3","l5"],[],[]],
              ["DecomposeReduction",["b0","l3"],[],["b6"]]],[]]
            """
                .replaceAll("\\s", ""));
    Schedule again = matmul();
    again.replay(schedule.trace());
    assertThat(StructuralEqual.check(again.module(), schedule.module())).isEmpty();
    assertThat(again.trace()).isEqualTo(schedule.trace());
    Schedule fromJson = matmul();
    fromJson.replay(TraceJson.read(TraceJson.write(schedule.trace())));
    assertThat(StructuralEqual.check(fromJson.module(), schedule.module())).isEmpty();
  }

  // Sampled decisions.

  private static Schedule atRandom(long seed) {
    Schedule schedule = matmul();
    schedule.seed(seed);
    Matmul.groupColumnsAtRandom(schedule);
    return schedule;
  }

  /** What the only sampling instruction, the third of the trace, decided. */
  private static List<Long> decision(Trace trace) {
    assertThat(trace.decisions()).containsOnlyKeys(2);
    return switch (trace.decisions().get(2)) {
      case TraceValue.Items(List<TraceValue> values) ->
          values.stream().map(value -> ((TraceValue.Int) value).value()).toList();
      case null, default -> throw new AssertionError(trace.decisions());
    };
  }

  @Test
  void theWidthOfGroupsIsDrawnFromTheFactorsOf128UpTo16() {
    Set<List<Long>> drawn =
        LongStream.range(1, 60)
            .mapToObj(seed -> decision(atRandom(seed).trace()))
            .collect(Collectors.toSet());
    assertThat(drawn)
        .containsExactlyInAnyOrder(
            List.of(128L, 1L),
            List.of(64L, 2L),
            List.of(32L, 4L),
            List.of(16L, 8L),
            List.of(8L, 16L));
  }

  @Test
  void theSameSeedDrawsTheSame() {
    assertThat(atRandom(7).trace()).isEqualTo(atRandom(7).trace());
  }

  @Test
  void theDecisionIsInTheTraceAndReplaysExactly() {
    Schedule schedule = atRandom(3);
    List<Long> width = decision(schedule.trace());
    assertThat(TraceJson.write(schedule.trace()).replaceAll("\\s", ""))
        .isEqualTo(
            """
            [[["GetBlock",[],["C","main"],["b0"]],
              ["GetLoops",["b0"],[],["l1","l2","l3"]],
              ["SamplePerfectTile",["l2"],[2,16],["v4","v5"]],
              ["Split",["l2","v4","v5"],[1,0],["l6","l7"]],
              ["Reorder",["l1","l6","l3","l7"],[],[]],
              ["DecomposeReduction",["b0","l3"],[],["b8"]]],[[2,[%d,%d]]]]
            """
                .formatted(width.get(0), width.get(1))
                .replaceAll("\\s", ""));
    Schedule again = matmul();
    again.seed(1234);
    again.replay(schedule.trace());
    assertThat(again.trace()).isEqualTo(schedule.trace());
    assertThat(StructuralEqual.check(again.module(), schedule.module())).isEmpty();
    check(again.function());
  }

  @Test
  void anotherDecisionMakesAnotherProgram() {
    Trace narrow =
        atRandom(3)
            .trace()
            .withDecision(
                2, new TraceValue.Items(List.of(new TraceValue.Int(64), new TraceValue.Int(2))));
    Schedule schedule = matmul();
    schedule.replay(narrow);
    Schedule byHand = matmul();
    Matmul.groupColumns(byHand, 2);
    assertThat(StructuralEqual.check(schedule.module(), byHand.module())).isEmpty();
  }

  @Test
  void samplingChangesNothingUntilItsValuesAreUsed() {
    Schedule schedule = matmul();
    IRModule before = schedule.module();
    List<LoopRef> loops = schedule.getLoops(schedule.getBlock("C"));
    List<ExprRef> factors = schedule.samplePerfectTile(loops.get(1), 2);
    assertThat(factors).hasSize(2);
    assertThat(factors.get(0).value() * factors.get(1).value()).isEqualTo(128);
    assertThat(schedule.module()).isSameAs(before);
    List<LoopRef> j = schedule.split(loops.get(1), factors.get(0), factors.get(1));
    assertThat(StructuralEqual.check(schedule.module(), before)).isPresent();
    assertThat(Structure.names(schedule.function()))
        .containsExactly("block root", "i", "j_0", "j_1", "k", "block C");
    schedule.reorder(loops.get(0), j.get(0), loops.get(2), j.get(1));
    assertThat(Structure.names(schedule.function()))
        .containsExactly("block root", "i", "j_0", "k", "j_1", "block C");
  }

  // Search.

  @Test
  void randomSearchKeepsTheCheapest() {
    double[] costs = {5, 3, 4, 1, 2};
    Iterator<Double> next = Arrays.stream(costs).iterator();
    RandomSearch.Result result =
        RandomSearch.search(seed -> atRandom(seed + 1), function -> next.next(), 5);
    assertThat(result.candidates()).hasSize(5);
    assertThat(result.best().cost()).isEqualTo(1);
    assertThat(result.best()).isSameAs(result.candidates().get(3));
    Schedule again = matmul();
    again.replay(result.best().trace());
    assertThat(StructuralEqual.check(again.function(), result.best().function())).isEmpty();
  }

  /** There is nothing to gain on the interpreter, which takes a second for a run. */
  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream().filter(device -> !device.isInterpreter());
  }

  @ParameterizedTest
  @MethodSource("devices")
  void randomSearchByTheTimeOnADevice(DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> {
          TimeEvaluator evaluator = new TimeEvaluator(device.open(), 1);
          RandomSearch.Result result =
              RandomSearch.search(
                  Chapter5StochasticSchedulesTest::onThreads,
                  function -> measured(evaluator, function),
                  5);
          assertThat(result.candidates()).hasSize(5);
          assertThat(result.best().cost())
              .isPositive()
              .isEqualTo(
                  result.candidates().stream()
                      .mapToDouble(RandomSearch.Candidate::cost)
                      .min()
                      .orElseThrow());
        });
  }

  private static Schedule onThreads(long seed) {
    Schedule schedule = matmul();
    schedule.seed(seed + 1);
    Matmul.groupsOnThreads(schedule);
    return schedule;
  }

  /** A candidate counts only if its result is right. */
  private static double measured(TimeEvaluator evaluator, PrimFunc function) {
    double[] seconds = new double[1];
    Golden.MATMUL_128.checkMatmul(
        128, function, (candidate, tensors) -> seconds[0] = evaluator.mean(candidate, tensors));
    return seconds[0];
  }
}
