package dev.weft.compiler.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.IntExpr;
import dev.weft.runtime.plan.LaunchPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PoolLayoutTest {
  @Test
  void buffersOfDifferentTimesShareMemory() {
    PoolLayout layout =
        PoolLayout.of(List.of(life("a", 1000, 0, 1), life("b", 1000, 1, 2), life("c", 900, 2, 3)));

    assertThat(layout.bytes()).isEqualTo(IntExpr.of(2048));
    assertThat(layout.offsets().get("c")).isEqualTo(layout.offsets().get("a"));
    assertThat(layout.offsets().get("b")).isNotEqualTo(layout.offsets().get("a"));
  }

  @Test
  void symbolicBuffersOfOneSizeShareASlot() {
    IntExpr n = IntExpr.symbol("n");
    PoolLayout layout =
        PoolLayout.of(
            List.of(
                new PoolLayout.Life("a", n, 0, 1),
                new PoolLayout.Life("b", n, 1, 2),
                new PoolLayout.Life("c", n, 2, 3),
                life("d", 512, 0, 3)));

    assertThat(layout.offsets().get("a")).isEqualTo(layout.offsets().get("c"));
    assertThat(layout.bytes().evaluate(Map.of("n", 100L))).isEqualTo(3 * 512);
  }

  @Property
  void nothingAliveAtOneTimeOverlaps(@ForAll("lives") List<PoolLayout.Life> lives) {
    PoolLayout layout = PoolLayout.of(lives);
    Map<String, Long> sizes = Map.of("n", 777L);
    long end = layout.bytes().evaluate(sizes);
    for (PoolLayout.Life a : lives) {
      long begin = offset(layout, a).evaluate(sizes);
      assertThat(begin % LaunchPlan.ALIGNMENT).isZero();
      assertThat(begin + a.bytes().evaluate(sizes)).isLessThanOrEqualTo(end);
      for (PoolLayout.Life b : lives) {
        boolean together = a.first() <= b.last() && b.first() <= a.last();
        if (a != b && together) {
          long other = offset(layout, b).evaluate(sizes);
          boolean apart =
              begin + a.bytes().evaluate(sizes) <= other
                  || other + b.bytes().evaluate(sizes) <= begin;
          assertThat(apart).as("%s and %s", a, b).isTrue();
        }
      }
    }
  }

  @Provide
  Arbitrary<List<PoolLayout.Life>> lives() {
    Arbitrary<IntExpr> bytes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 5000).map(IntExpr::of),
            Arbitraries.of("n", "2 * n").map(IntExpr::parse));
    Arbitrary<Integer> step = Arbitraries.integers().between(0, 12);
    return Combinators.combine(bytes, step, step)
        .as((size, from, length) -> new PoolLayout.Life("", size, from, from + length))
        .list()
        .ofMaxSize(12)
        .map(
            lives -> {
              List<PoolLayout.Life> named = new ArrayList<>();
              for (PoolLayout.Life l : lives) {
                named.add(new PoolLayout.Life("b" + named.size(), l.bytes(), l.first(), l.last()));
              }
              return named;
            });
  }

  private static IntExpr offset(PoolLayout layout, PoolLayout.Life life) {
    return Objects.requireNonNull(layout.offsets().get(life.buffer()));
  }

  private static PoolLayout.Life life(String name, long bytes, int first, int last) {
    return new PoolLayout.Life(name, IntExpr.of(bytes), first, last);
  }
}
