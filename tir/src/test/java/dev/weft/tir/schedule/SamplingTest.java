package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SamplingTest {
  private static List<Long> values(List<ExprRef> refs) {
    return refs.stream().map(ExprRef::value).toList();
  }

  private static long product(List<Long> factors) {
    return factors.stream().reduce(1L, (a, b) -> a * b);
  }

  @Test
  void theGeneratorIsTheMinimalStandard() {
    // The 10,000th number after seed 1 is known (C++ standard, [rand.predef], minstd_rand).
    RandomEngine random = new RandomEngine(1);
    long drawn = 0;
    for (int i = 0; i < 10_000; i++) {
      drawn = random.next();
    }
    assertThat(drawn).isEqualTo(399_268_537L);
    assertThat(new RandomEngine(0).next()).isEqualTo(new RandomEngine(1).next());
    assertThat(new RandomEngine(-5).state()).isPositive();
  }

  @Test
  void perfectTilesAreDrawnEvenly() {
    Schedule schedule = Schedule.of(Programs.matmul(12));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    Map<List<Long>, Integer> counts = new HashMap<>();
    for (int n = 0; n < 3600; n++) {
      List<Long> tile = values(schedule.samplePerfectTile(i, 3, -1, null));
      assertThat(product(tile)).isEqualTo(12);
      counts.merge(tile, 1, Integer::sum);
    }
    // 2² and 3¹ among three factors: 6 · 3 ways, each 200 times on average.
    assertThat(counts).hasSize(18);
    assertThat(counts.values()).allMatch(count -> count > 140 && count < 270);
  }

  @Test
  void theInnermostFactorIsLimited() {
    Schedule schedule = Schedule.of(Programs.matmul(60));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    for (int n = 0; n < 200; n++) {
      List<Long> tile = values(schedule.samplePerfectTile(i, 2, 4, null));
      assertThat(tile.getLast()).isLessThanOrEqualTo(4);
      assertThat(product(tile)).isEqualTo(60);
    }
    assertThatThrownBy(() -> schedule.samplePerfectTile(i, 1, 4, null))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("leaves no choice");
  }

  /** What TVM 0.18 makes of decisions for a loop of 16 iterations. */
  @ParameterizedTest
  @CsvSource({"5 3 2, 1 8 2", "2 2 4, 2 2 4", "2 2 2, 4 2 2", "1 1 1, 16 1 1"})
  void decisionsAreRepaired(String decision, String used) {
    Schedule schedule = Schedule.of(Programs.matmul(16));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    assertThat(values(schedule.samplePerfectTile(i, 3, 8, longs(decision)))).isEqualTo(longs(used));
    assertThat(schedule.trace().decisions().values())
        .containsExactly(
            new TraceValue.Items(
                longs(used).stream().<TraceValue>map(TraceValue.Int::new).toList()));
  }

  /** What TVM 0.18 makes of decisions for a loop of 24 iterations, two inner factors. */
  @ParameterizedTest
  @CsvSource({
    "1, 4, 6 2 2, 6 2 2",
    "1, 4, 2 3 4, 2 3 4",
    "2, 4, 3 5 1, 6 1 4",
    "1, 7, 2 2 6, -1 1 1"
  })
  void partitionedDecisionsAreRepaired(int position, int multiple, String decision, String used) {
    Schedule schedule = Schedule.of(Programs.matmul(24));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    assertThat(values(schedule.samplePartitionedTile(i, 3, position, multiple, longs(decision))))
        .isEqualTo(longs(used));
  }

  @Test
  void partitionedTilesHaveTheirMultiple() {
    Schedule schedule = Schedule.of(Programs.matmul(24));
    LoopRef i = schedule.getLoops(schedule.getBlock("C")).getFirst();
    for (int n = 0; n < 100; n++) {
      List<Long> tile = values(schedule.samplePartitionedTile(i, 4, 2, 6, null));
      assertThat(product(tile)).isEqualTo(24);
      assertThat(tile.get(2) * tile.get(3) % 6).isZero();
    }
    assertThatThrownBy(() -> schedule.samplePartitionedTile(i, 2, 2, 6, null))
        .isInstanceOf(ScheduleException.class);
  }

  @Test
  void symbolicExtentsLeaveTheOutermostFactorOpen() {
    Var n = Var.of("n", DType.INT32);
    Tensor a = Te.placeholder("A", DType.FLOAT32, List.of(n));
    Tensor b = Te.compute("B", List.of(n), x -> Expr.add(a.at(x.get(0)), Expr.float32(1)));
    PrimFunc function = Te.primFunc("main", a, b);
    Schedule schedule = Schedule.of(function);
    LoopRef i = schedule.getLoops(schedule.getBlock("B")).getFirst();
    List<ExprRef> tile = schedule.samplePerfectTile(i, 2, 16, List.of(4L, 4L));
    assertThat(values(tile)).containsExactly(-1L, 1L);
    assertThat(schedule.split(i, tile, true, false)).hasSize(2);
  }

  @Test
  void categoriesFollowTheirWeights() {
    Schedule schedule = Schedule.of(Programs.matmul(4));
    int[] counts = new int[3];
    for (int n = 0; n < 1000; n++) {
      counts[
          (int)
              schedule
                  .sampleCategorical(List.of(0L, 1L, 2L), List.of(0.7, 0.0, 0.3), null)
                  .value()]++;
    }
    assertThat(counts[0]).isBetween(620, 780);
    assertThat(counts[1]).isZero();
    assertThatThrownBy(() -> schedule.sampleCategorical(List.of(1L), List.of(0.5, 0.5), null))
        .isInstanceOf(ScheduleException.class);
    assertThatThrownBy(() -> schedule.sampleCategorical(List.of(1L), List.of(1.0), 4L))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("position of no candidate");
  }

  /** What TVM 0.18 makes of each decision. */
  @ParameterizedTest
  @CsvSource({"-3, -1", "-2, -2", "-1, -1", "0, 0", "1, 1", "2, 1", "5, 1"})
  void locationsFallBackToEarlierOnes(long decision, long used) {
    Schedule schedule = Schedule.of(Programs.elementwise(6, 10));
    schedule.sampleComputeLocation(schedule.getBlock("B"), decision);
    assertThat(schedule.trace().decisions()).containsValue(new TraceValue.Int(used));
  }

  @Test
  void outputsStayWhereTheyAre() {
    Schedule schedule = Schedule.of(Programs.elementwise(6, 10));
    LoopRef place = schedule.sampleComputeLocation(schedule.getBlock("C"), 1L);
    assertThat(place.place()).isEqualTo(LoopRef.Place.ROOT);
    PrimFunc before = schedule.function();
    schedule.reverseComputeAt(schedule.getBlock("C"), place);
    assertThat(schedule.function()).isSameAs(before);
    assertThatThrownBy(() -> schedule.unroll(place)).isInstanceOf(ScheduleException.class);
  }

  @Test
  void inliningIsAPlace() {
    Schedule schedule = Schedule.of(Programs.elementwise(6, 10));
    BlockRef b = schedule.getBlock("B");
    schedule.computeAt(b, schedule.sampleComputeLocation(b, -2L));
    assertThatThrownBy(() -> schedule.getLoops(b)).isInstanceOf(ScheduleException.class);
    Schedule again = Schedule.of(Programs.elementwise(6, 10));
    again.replay(schedule.trace());
    assertThat(again.trace()).isEqualTo(schedule.trace());
  }

  @Test
  void theSameSeedDrawsTheSame() {
    assertThat(drawn(7)).isEqualTo(drawn(7)).isNotEqualTo(drawn(8));
  }

  private static Trace drawn(long seed) {
    Schedule schedule = Schedule.of(Programs.matmul(720));
    schedule.seed(seed);
    for (LoopRef loop : schedule.getLoops(schedule.getBlock("C"))) {
      schedule.split(loop, schedule.samplePerfectTile(loop, 4, 64, null), true, false);
    }
    return schedule.trace();
  }

  private static List<Long> longs(String text) {
    return java.util.Arrays.stream(text.split(" ")).map(Long::valueOf).toList();
  }
}
