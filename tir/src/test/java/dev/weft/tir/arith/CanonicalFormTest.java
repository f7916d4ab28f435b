package dev.weft.tir.arith;

import static dev.weft.tir.Expr.add;
import static dev.weft.tir.Expr.floorDiv;
import static dev.weft.tir.Expr.floorMod;
import static dev.weft.tir.Expr.int32;
import static dev.weft.tir.Expr.mul;
import static dev.weft.tir.Expr.sub;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import org.junit.jupiter.api.Test;

/** The spelling of canonical forms. */
class CanonicalFormTest {
  private final Analyzer analyzer = new Analyzer();
  private final Var x = Var.int32("x");
  private final Var y = Var.int32("y");
  private final Var n = Var.int32("n");

  private Var loop(String name, long extent) {
    Var v = Var.int32(name);
    analyzer.bind(v, Range.of(extent));
    return v;
  }

  private void is(Expr e, String expected) {
    assertThat(ExprText.of(analyzer.simplify(e))).as(ExprText.of(e)).isEqualTo(expected);
  }

  @Test
  void sums() {
    is(add(add(x, 3), sub(y, 3)), "x + y");
    is(sub(x, x), "0");
    is(sub(y, add(x, 2)), "y - x - 2");
    is(sub(int32(7), x), "7 - x");
    is(add(mul(x, 3), mul(x, -3)), "0");
    is(mul(add(x, 1), 4), "x*4 + 4");
    is(add(y, mul(x, 16)), "x*16 + y");
  }

  @Test
  void quotientAndRemainderGoTogether() {
    is(add(mul(floorDiv(x, 4), 4), floorMod(x, 4)), "x");
    is(sub(x, mul(floorDiv(x, 4), 4)), "x%4");
    is(sub(x, floorMod(x, 4)), "x//4*4");
    is(add(mul(floorDiv(x, 4), 16), floorMod(x, 4)), "x//4*16 + x%4");
    Expr sum = add(x, y);
    is(add(mul(floorDiv(sum, 3), 3), floorMod(sum, 3)), "x + y");
    is(sub(sum, mul(floorDiv(sum, 3), 3)), "(x + y)%3");
    is(
        add(add(mul(floorDiv(x, 16), 16), mul(floorDiv(floorMod(x, 16), 4), 4)), floorMod(x, 4)),
        "x");
  }

  @Test
  void digitsOfMixedRadixSums() {
    Var i0 = loop("i0", 8);
    Var i1 = loop("i1", 4);
    Var i2 = loop("i2", 4);
    Expr fused = add(add(mul(i0, 16), mul(i1, 4)), i2);
    is(floorDiv(fused, 16), "i0");
    is(floorDiv(floorMod(fused, 16), 4), "i1");
    is(floorMod(fused, 4), "i2");
    is(floorDiv(fused, 4), "i0*4 + i1");
    is(floorDiv(fused, 64), "i0//4");
    is(floorMod(fused, 64), "i0%4*16 + i1*4 + i2");
    Var b = loop("b", 3);
    is(floorDiv(add(mul(x, 8), add(mul(b, 2), 1)), 8), "x");
    is(floorDiv(add(mul(x, 6), y), 3), "x*2 + y//3");
    is(floorDiv(add(mul(x, 6), 4), 4), "x*3//2 + 1");
  }

  @Test
  void nestedDivisions() {
    is(floorDiv(floorDiv(x, 4), 3), "x//12");
    is(floorMod(floorDiv(x, 4), 3), "x%12//4");
    is(floorMod(floorMod(x, 12), 4), "x%4");
    is(floorDiv(add(floorDiv(x, 4), 1), 2), "(x + 4)//8");
    is(floorDiv(x, -4), "x*-1//4");
  }

  @Test
  void symbolicDivisors() {
    analyzer.bind(n, new ConstBounds(1, ConstBounds.POS_INF));
    Var j = Var.int32("j");
    analyzer.bind(j, Range.upTo(n));
    Expr fused = add(mul(x, n), j);
    is(floorDiv(fused, n), "x");
    is(floorMod(fused, n), "j");
    is(add(mul(floorDiv(x, n), n), floorMod(x, n)), "x");
    is(add(mul(add(mul(x, 16), y), n), j), "(x*16 + y)*n + j");
  }

  @Test
  void comparisons() {
    Var i = loop("i", 8);
    Var j = loop("j", 4);
    is(Expr.lt(i, int32(8)), "True");
    is(Expr.ge(i, int32(8)), "False");
    is(Expr.lt(add(mul(i, 4), j), int32(30)), "i*4 + j < 30");
    is(Expr.lt(add(mul(i, 4), j), int32(28)), "i < 7");
    is(Expr.lt(add(x, 3), add(y, 3)), "x < y");
    is(Expr.gt(x, int32(2)), "3 <= x");
    is(Expr.eq(mul(x, 4), int32(6)), "False");
    is(Expr.eq(mul(x, 4), int32(8)), "x == 2");
    is(Expr.lt(floorDiv(x, 4), int32(3)), "x < 12");
    is(Expr.and(Expr.lt(i, int32(5)), Expr.lt(i, int32(3))), "i < 3");
  }

  @Test
  void minAndMax() {
    is(Expr.min(x, add(x, 1)), "x");
    is(Expr.max(Expr.max(x, int32(3)), int32(5)), "max(x, 5)");
    is(new Expr.Binary(BinaryOp.MIN, mul(x, 4), mul(y, 4)), "min(x, y)*4");
    is(Expr.min(add(x, 1), int32(5)), "min(x, 4) + 1");
  }

  @Test
  void vectors() {
    Var i = loop("i", 8);
    Expr ramp = new Expr.Ramp(mul(i, 4), int32(1), 4);
    is(new Expr.Binary(BinaryOp.MUL, ramp, new Expr.Broadcast(int32(2), 4)), "ramp(i*8, 2, 4)");
    is(new Expr.Binary(BinaryOp.FLOOR_DIV, ramp, new Expr.Broadcast(int32(4), 4)), "bcast(i, 4)");
    is(
        new Expr.Binary(BinaryOp.FLOOR_MOD, ramp, new Expr.Broadcast(int32(8), 4)),
        "ramp(i%2*4, 1, 4)");
    is(new Expr.Binary(BinaryOp.LT, ramp, new Expr.Broadcast(int32(16), 4)), "bcast(i < 4, 4)");
  }

  @Test
  void constraintsEndWithTheirScope() {
    Expr condition = Expr.lt(x, y);
    try (Analyzer.Scope _ = analyzer.constraint(condition)) {
      is(Expr.le(add(x, 1), y), "True");
      is(Expr.max(x, y), "y");
    }
    is(condition, "x < y");
  }

  @Test
  void ceilingDivisionCoversTheSize() {
    analyzer.bind(n, new ConstBounds(1, ConstBounds.POS_INF));
    Expr tiles = floorDiv(add(n, 15), 16);
    assertThat(analyzer.prove(Expr.ge(mul(tiles, 16), n))).isTrue();
    assertThat(analyzer.prove(Expr.gt(mul(tiles, 16), n))).isFalse();
  }
}
