package dev.weft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class IntExprTest {
  @Test
  void pythonsPrecedenceAndDivision() {
    assertThat(IntExpr.parse("2 + 3 * n // 4").evaluate(Map.of("n", 5L))).isEqualTo(5);
    assertThat(IntExpr.parse("-n // 4").evaluate(Map.of("n", 5L))).isEqualTo(-2);
    assertThat(IntExpr.parse("(n - 8) % 5").evaluate(Map.of("n", 5L))).isEqualTo(2);
    assertThat(IntExpr.parse("max(n, min(3, 7))").evaluate(Map.of("n", 1L))).isEqualTo(3);
    assertThat(IntExpr.symbol("n").ceilDiv(16).evaluate(Map.of("n", 17L))).isEqualTo(2);
  }

  @Test
  void anUnknownSizeAndAnOverflowAreTypedErrors() {
    assertThatThrownBy(() -> IntExpr.symbol("n").evaluate(Map.of("m", 1L)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'n' is not known; known are [m]");
    assertThatThrownBy(() -> IntExpr.parse("n * n").evaluate(Map.of("n", 1L << 40)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("overflow");
    assertThatThrownBy(() -> IntExpr.parse("4 // n").evaluate(Map.of("n", 0L)))
        .isInstanceOf(InputException.class);
  }

  @Test
  void aSyntaxErrorNamesThePosition() {
    assertThatThrownBy(() -> IntExpr.parse("n + * 2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("position 4");
    assertThatThrownBy(() -> IntExpr.parse("(n")).hasMessageContaining("expected ')'");
    assertThatThrownBy(() -> IntExpr.parse("n n")).hasMessageContaining("expected the end");
  }

  @Property
  void textFormIsReadBack(@ForAll("expressions") IntExpr expr) {
    assertThat(IntExpr.parse(expr.toString())).isEqualTo(expr);
  }

  @Provide
  Arbitrary<IntExpr> expressions() {
    Arbitrary<IntExpr> leaf =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 1000).map(IntExpr::of),
            Arbitraries.of("n", "m", "batch_size").map(IntExpr::symbol));
    return Arbitraries.recursive(
        () -> leaf,
        inner ->
            net.jqwik.api.Combinators.combine(Arbitraries.of(IntExpr.Op.class), inner, inner)
                .as(IntExpr::of),
        0,
        4);
  }
}
