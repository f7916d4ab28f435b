package dev.weft.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.IntExpr;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizeAlgebraTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n + n | (n * 2)",
        "(n * 784) // 784 | n",
        "(4 * n + 3) // 4 | n",
        "(m * n * 6) // (n * 2) | (m * 3)",
        "(2 * n) % 2 | 0",
        "n - n | 0",
        "max(n, n + 3) | (n + 3)",
        "min(n + 1, n) | n",
        "min(0, n) | 0",
        "m + n - m | n",
      })
  void bringsEqualSizesToOneForm(String size, String simplified) {
    assertThat(SizeAlgebra.simplify(IntExpr.parse(size))).hasToString(simplified);
  }

  @Test
  void tellsDifferentSizesApart() {
    assertThat(SizeAlgebra.equal(IntExpr.parse("n + 1"), IntExpr.parse("n"))).isFalse();
    assertThat(SizeAlgebra.equal(IntExpr.parse("n"), IntExpr.parse("m"))).isFalse();
    assertThat(SizeAlgebra.equal(IntExpr.parse("2 * (n + m)"), IntExpr.parse("m * 2 + n * 2")))
        .isTrue();
  }

  @Property
  void keepsTheValue(
      @ForAll("sizes") IntExpr size,
      @ForAll @LongRange(min = 0, max = 9) long n,
      @ForAll @LongRange(min = 0, max = 9) long m) {
    Map<String, Long> values = Map.of("n", n, "m", m);
    assertThat(SizeAlgebra.simplify(size).evaluate(values)).isEqualTo(size.evaluate(values));
  }

  @Provide
  Arbitrary<IntExpr> sizes() {
    return sizes(3);
  }

  private static Arbitrary<IntExpr> sizes(int depth) {
    Arbitrary<IntExpr> leaf =
        Arbitraries.oneOf(
            Arbitraries.of("n", "m").map(IntExpr::symbol),
            Arbitraries.longs().between(0, 5).map(IntExpr::of));
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<IntExpr> part = sizes(depth - 1);
    Arbitrary<IntExpr> divisor = Arbitraries.longs().between(1, 4).map(IntExpr::of);
    return Arbitraries.oneOf(
        leaf,
        part.flatMap(a -> part.map(b -> IntExpr.of(IntExpr.Op.ADD, a, b))),
        part.flatMap(a -> part.map(b -> IntExpr.of(IntExpr.Op.SUB, a, b))),
        part.flatMap(a -> part.map(b -> IntExpr.of(IntExpr.Op.MUL, a, b))),
        part.flatMap(a -> part.map(b -> IntExpr.of(IntExpr.Op.MAX, a, b))),
        part.flatMap(a -> divisor.map(b -> IntExpr.of(IntExpr.Op.FLOOR_DIV, a, b))),
        part.flatMap(a -> divisor.map(b -> IntExpr.of(IntExpr.Op.FLOOR_MOD, a, b))));
  }
}
