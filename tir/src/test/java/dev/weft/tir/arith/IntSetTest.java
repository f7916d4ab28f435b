package dev.weft.tir.arith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Sets hold every value that occurs, and no other for affine expressions of one use each. */
class IntSetTest {
  @Property(tries = 3000, seed = "20")
  void everyValueIsInTheSet(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Expr e = r.random.nextBoolean() ? r.index(3) : r.integer(3);
    Map<Var, IntSet> domain = new LinkedHashMap<>();
    Analyzer analyzer = new Analyzer();
    r.domain.forEach(
        (v, range) -> {
          if (r.random.nextInt(3) == 0) {
            analyzer.bind(v, range);
          } else {
            domain.put(v, IntSet.of(range));
          }
        });
    IntSet set = IntSet.evaluate(e, domain, analyzer);
    Expr low = set.min();
    Expr high = set.max();
    BruteForce.forAll(
        r.domain,
        env -> {
          try {
            long value = BruteForce.eval(e, env);
            if (low != null && BruteForce.eval(low, env) > value) {
              fail("%s from %s at %s", ExprText.of(e), ExprText.of(low), env);
            }
            if (high != null && BruteForce.eval(high, env) < value) {
              fail("%s to %s at %s", ExprText.of(e), ExprText.of(high), env);
            }
          } catch (BruteForce.Undefined _) {
            return; // no value here
          }
        });
  }

  @Property(tries = 1500, seed = "20")
  void affineExpressionsAreExact(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Expr e = r.number(new long[] {0, 3, -5});
    for (Var v : r.domain.keySet()) {
      e = Expr.add(e, Expr.mul(v, r.number(new long[] {0, 1, 2, -1, 4, -3})));
    }
    Expr affine = e;
    Map<Var, IntSet> domain = new LinkedHashMap<>();
    r.domain.forEach((v, range) -> domain.put(v, IntSet.of(range)));
    IntSet set = IntSet.evaluate(affine, domain);
    long[] ends = {Long.MAX_VALUE, Long.MIN_VALUE};
    BruteForce.forAll(
        r.domain,
        env -> {
          long value = BruteForce.eval(affine, env);
          ends[0] = Math.min(ends[0], value);
          ends[1] = Math.max(ends[1], value);
        });
    assertThat(set)
        .as(ExprText.of(affine))
        .isEqualTo(IntSet.interval(Expr.imm(r.dtype, ends[0]), Expr.imm(r.dtype, ends[1])));
  }

  @Property(tries = 2000, seed = "20")
  void regionsHoldEveryPointAndStrictOnesNoOther(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    List<Range> region = List.of(Range.point(r.index(2)), Range.point(r.index(2)));
    Expr predicate = r.random.nextInt(3) == 0 ? r.condition(0) : Expr.bool(true);
    List<IntSet> exact = RegionEstimate.strict(region, r.domain, predicate, new Analyzer());
    List<IntSet> bound = RegionEstimate.upperBound(region, r.domain, predicate, new Analyzer());
    java.util.Set<List<Long>> points = new java.util.HashSet<>();
    BruteForce.forAll(
        r.domain,
        env -> {
          if (BruteForce.eval(predicate, env) == 0) {
            return;
          }
          points.add(region.stream().map(x -> BruteForce.eval(x.min(), env)).toList());
          for (int d = 0; d < 2; d++) {
            long value = BruteForce.eval(region.get(d).min(), env);
            if (!contains(bound.get(d), value)) {
              fail("%s in %s", ExprText.of(region.get(d).min()), bound.get(d));
            }
          }
        });
    if (exact != null && !points.isEmpty()) {
      long size = 1;
      for (IntSet set : exact) {
        size *= constant(set.max()) - constant(set.min()) + 1;
      }
      assertThat((long) points.size()).isEqualTo(size);
    }
  }

  private static boolean contains(IntSet set, long value) {
    return (set.min() == null || constant(set.min()) <= value)
        && (set.max() == null || value <= constant(set.max()));
  }

  private static long constant(@org.jspecify.annotations.Nullable Expr e) {
    if (e instanceof Expr.IntImm imm) {
      return imm.value();
    }
    throw new AssertionError("not a constant: " + e);
  }

  @Test
  void unionIntersectionAndCover() {
    Var n = Var.int32("n");
    IntSet a = IntSet.of(new Range(n, Expr.int32(4)));
    IntSet b = IntSet.of(new Range(Expr.add(n, 2), Expr.int32(8)));
    Analyzer analyzer = new Analyzer();
    Range cover = a.union(b).cover(Range.of(1), analyzer);
    assertThat(ExprText.of(cover.min())).isEqualTo("n");
    assertThat(ExprText.of(cover.extent())).isEqualTo("10");
    assertThat(ExprText.of(a.intersect(b).cover(Range.of(1), analyzer).extent())).isEqualTo("2");
    assertThat(a.intersect(IntSet.point(Expr.add(n, 7)))).isEqualTo(IntSet.nothing());
  }
}
