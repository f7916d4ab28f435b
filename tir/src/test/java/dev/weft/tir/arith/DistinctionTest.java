package dev.weft.tir.arith;

import static dev.weft.tir.Expr.add;
import static dev.weft.tir.Expr.floorDiv;
import static dev.weft.tir.Expr.floorMod;
import static dev.weft.tir.Expr.int32;
import static dev.weft.tir.Expr.lt;
import static dev.weft.tir.Expr.mul;
import static dev.weft.tir.Expr.sub;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Whether places tell things apart: by rule, by trying out, or not known. */
class DistinctionTest {
  private static final Expr TRUE = Expr.bool(true);

  private final Var i = Var.int32("i");
  private final Var j = Var.int32("j");
  private final Var n = Var.int32("n");

  private static Map<Var, Range> domain(Object... varsAndExtents) {
    Map<Var, Range> result = new LinkedHashMap<>();
    for (int at = 0; at < varsAndExtents.length; at += 2) {
      Object extent = varsAndExtents[at + 1];
      result.put(
          (Var) varsAndExtents[at],
          Range.upTo(extent instanceof Integer c ? int32(c) : (Expr) extent));
    }
    return result;
  }

  private static Distinction of(Map<Var, Range> domain, List<Expr> things, List<Expr> places) {
    return Distinction.of(domain, things, places, new Analyzer());
  }

  @Test
  void aTileHasAPlaceForEachOfItsElements() {
    Map<Var, Range> domain = domain(i, 4, j, 8);
    assertThat(of(domain, List.of(i, j), List.of(add(mul(i, 8), j)))).isEqualTo(Distinction.HOLDS);
    assertThat(of(domain, List.of(i, j), List.of(add(mul(i, 7), j)))).isEqualTo(Distinction.FAILS);
    assertThat(of(domain, List.of(i, j), List.of(j, i))).isEqualTo(Distinction.HOLDS);
    assertThat(of(domain, List.of(i, j), List.of(j))).isEqualTo(Distinction.FAILS);
  }

  @Test
  void onlyTheThingsMustDiffer() {
    Map<Var, Range> domain = domain(i, 4, j, 8);
    assertThat(of(domain, List.of(j), List.of(j))).isEqualTo(Distinction.HOLDS);
    assertThat(of(domain, List.of(floorDiv(j, 4)), List.of(floorDiv(j, 2))))
        .isEqualTo(Distinction.HOLDS);
    assertThat(of(domain, List.of(floorDiv(j, 2)), List.of(floorDiv(j, 4))))
        .isEqualTo(Distinction.FAILS);
    assertThat(of(domain, List.of(int32(3)), List.of(int32(0)))).isEqualTo(Distinction.HOLDS);
  }

  @Test
  void aConditionLeavesPointsOut() {
    Map<Var, Range> domain = domain(i, 8);
    List<Expr> wrapped = List.of(floorMod(i, 4));
    assertThat(Distinction.of(domain, TRUE, List.of(i), wrapped, new Analyzer()))
        .isEqualTo(Distinction.FAILS);
    assertThat(Distinction.of(domain, lt(i, int32(4)), List.of(i), wrapped, new Analyzer()))
        .isEqualTo(Distinction.HOLDS);
    Expr unrelated = lt(n, int32(4));
    assertThat(Distinction.of(domain, unrelated, List.of(i), wrapped, new Analyzer()))
        .isEqualTo(Distinction.FAILS);
  }

  @Test
  void whatIsFixedTellsNothingApart() {
    assertThat(of(domain(i, 8), List.of(i), List.of(add(i, mul(n, 3)))))
        .isEqualTo(Distinction.HOLDS);
    assertThat(of(domain(i, 8), List.of(i), List.of(n))).isEqualTo(Distinction.FAILS);
  }

  @Test
  void symbolicExtentsAreDecidedByRuleOnly() {
    assertThat(of(domain(i, n, j, 4), List.of(i, j), List.of(add(mul(i, 4), j))))
        .isEqualTo(Distinction.HOLDS);
    assertThat(of(domain(i, n, j, 4), List.of(i, j), List.of(add(mul(i, 3), j))))
        .isEqualTo(Distinction.UNKNOWN);
  }

  @Test
  void whatIsReadFromMemoryIsNotKnown() {
    Buffer table = Buffer.of("T", DType.INT32, 8);
    assertThat(of(domain(i, 8), List.of(i), List.of(new Expr.Load(table, List.of(i)))))
        .isEqualTo(Distinction.UNKNOWN);
  }

  @Test
  void aLargeDomainIsNotTriedOut() {
    assertThat(of(domain(i, 1 << 20), List.of(i), List.of(mul(floorMod(i, 7), 2))))
        .isEqualTo(Distinction.UNKNOWN);
  }

  /** Trying out all points by substitution says the same. */
  @Property(tries = 300, seed = "20")
  void whatIsSaidIsSo(@ForAll long seed) {
    Random random = new Random(seed);
    Map<Var, Range> domain = new LinkedHashMap<>();
    for (Var var : List.of(i, j)) {
      domain.put(var, new Range(int32(random.nextInt(3)), int32(1 + random.nextInt(6))));
    }
    List<Expr> things = random.nextBoolean() ? List.of(i, j) : List.of(digit(random));
    List<Expr> places = new ArrayList<>();
    for (int count = 1 + random.nextInt(2); count > 0; count--) {
      places.add(add(mul(digit(random), 1 + random.nextInt(4)), digit(random)));
    }
    Expr condition =
        random.nextInt(3) == 0 ? lt(digit(random), int32(1 + random.nextInt(8))) : TRUE;
    assertThat(Distinction.of(domain, condition, things, places, new Analyzer()))
        .as("%s by %s where %s in %s", things, places, condition, domain)
        .isEqualTo(enumerated(domain, condition, things, places));
  }

  private Expr digit(Random random) {
    Expr sum =
        switch (random.nextInt(4)) {
          case 0 -> i;
          case 1 -> j;
          case 2 -> add(mul(i, 1 + random.nextInt(5)), j);
          default -> sub(int32(random.nextInt(6)), j);
        };
    return switch (random.nextInt(4)) {
      case 0 -> floorDiv(sum, 1 + random.nextInt(3));
      case 1 -> floorMod(sum, 1 + random.nextInt(5));
      default -> sum;
    };
  }

  private Distinction enumerated(
      Map<Var, Range> domain, Expr condition, List<Expr> things, List<Expr> places) {
    Map<List<Expr>, List<Expr>> seen = new HashMap<>();
    Analyzer analyzer = new Analyzer();
    Range rows = Objects.requireNonNull(domain.get(i));
    Range columns = Objects.requireNonNull(domain.get(j));
    for (long a = first(rows); a < first(rows) + count(rows); a++) {
      for (long b = first(columns); b < first(columns) + count(columns); b++) {
        Map<Var, Expr> at = Map.of(i, int32(a), j, int32(b));
        if (!analyzer.prove(Substitute.in(condition, at))) {
          continue;
        }
        List<Expr> place =
            places.stream().map(e -> analyzer.simplify(Substitute.in(e, at))).toList();
        List<Expr> thing =
            things.stream().map(e -> analyzer.simplify(Substitute.in(e, at))).toList();
        List<Expr> other = seen.putIfAbsent(place, thing);
        if (other != null && !other.equals(thing)) {
          return Distinction.FAILS;
        }
      }
    }
    return Distinction.HOLDS;
  }

  private static long first(Range range) {
    return ((Expr.IntImm) range.min()).value();
  }

  private static long count(Range range) {
    return ((Expr.IntImm) range.extent()).value();
  }
}
