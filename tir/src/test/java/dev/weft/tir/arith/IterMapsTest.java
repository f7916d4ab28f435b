package dev.weft.tir.arith;

import static dev.weft.tir.Expr.add;
import static dev.weft.tir.Expr.floorDiv;
import static dev.weft.tir.Expr.floorMod;
import static dev.weft.tir.Expr.int32;
import static dev.weft.tir.Expr.lt;
import static dev.weft.tir.Expr.mul;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Iterator maps: what is detected is so by enumeration, and what TensorIR needs is detected. */
class IterMapsTest {
  private static final Expr TRUE = Expr.bool(true);

  private final Var i = Var.int32("i");
  private final Var j = Var.int32("j");
  private final Var k = Var.int32("k");

  private static Map<Var, Range> iters(Object... varsAndExtents) {
    Map<Var, Range> result = new LinkedHashMap<>();
    for (int n = 0; n < varsAndExtents.length; n += 2) {
      Object extent = varsAndExtents[n + 1];
      result.put(
          (Var) varsAndExtents[n],
          Range.upTo(extent instanceof Integer c ? int32(c) : (Expr) extent));
    }
    return result;
  }

  private static boolean detects(
      Map<Var, Range> iters, Expr predicate, IterMapLevel level, Expr... indices) {
    return IterMaps.detect(List.of(indices), iters, predicate, level, new Analyzer()).isDetected();
  }

  @Test
  void splitAndFusedIterators() {
    Map<Var, Range> iters = iters(i, 8, j, 4);
    Expr fused = add(mul(i, 4), j);
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, fused)).isTrue();
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, j, i)).isTrue();
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, floorDiv(i, 2), floorMod(i, 2), j))
        .isTrue();
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, floorDiv(fused, 8), floorMod(fused, 8)))
        .isTrue();
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, i)).isFalse();
    assertThat(detects(iters, TRUE, IterMapLevel.SURJECTIVE, i)).isTrue();
    assertThat(detects(iters, TRUE, IterMapLevel.SURJECTIVE, i, i)).isFalse();
    assertThat(detects(iters, TRUE, IterMapLevel.SURJECTIVE, add(i, j))).isFalse();
    assertThat(detects(iters, TRUE, IterMapLevel.SURJECTIVE, floorDiv(i, 3))).isFalse();
  }

  @Test
  void fusedIteratorsUnderABound() {
    Map<Var, Range> iters = iters(i, 8, j, 4, k, 3);
    Expr fused = add(mul(i, 4), j);
    Expr bound = lt(fused, int32(30));
    assertThat(detects(iters, bound, IterMapLevel.BIJECTIVE, fused, k)).isTrue();
    assertThat(detects(iters, bound, IterMapLevel.SURJECTIVE, i, j)).isFalse();
    assertThat(detects(iters, bound, IterMapLevel.BIJECTIVE, add(mul(fused, 3), k))).isTrue();
    assertThat(
            detects(
                iters, bound, IterMapLevel.BIJECTIVE, floorDiv(fused, 5), floorMod(fused, 5), k))
        .isTrue();
    assertThat(
            detects(iters, bound, IterMapLevel.BIJECTIVE, floorDiv(fused, 4), floorMod(fused, 4)))
        .isFalse();
  }

  @Test
  void symbolicExtents() {
    Var n = Var.int32("n");
    Map<Var, Range> iters = iters(i, n, j, 16);
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, add(mul(i, 16), j))).isTrue();
    Expr fused = add(mul(j, n), i);
    assertThat(detects(iters, TRUE, IterMapLevel.BIJECTIVE, fused)).isTrue();
    Var f = Var.int32("f");
    assertThat(
            detects(
                iters(f, mul(n, 16)),
                TRUE,
                IterMapLevel.BIJECTIVE,
                floorDiv(f, 16),
                floorMod(f, 16)))
        .isTrue();
    Expr imperfect = add(mul(i, 16), j);
    Expr ceil = Expr.ceilDiv(n, int32(16));
    assertThat(detects(iters(i, ceil, j, 16), lt(imperfect, n), IterMapLevel.BIJECTIVE, imperfect))
        .isTrue();
  }

  @Test
  void subspaces() {
    Map<Var, Range> iters = iters(i, 8, j, 4, k, 16);
    Expr index = add(mul(i, 4), j);
    IterMaps.Subspaces s =
        Objects.requireNonNull(
            IterMaps.subspaceDivide(List.of(index, k), iters, Set.of(j, k), TRUE, new Analyzer()));
    IterMaps.Division first = s.indices().get(0);
    assertThat(ExprText.of(first.outer())).isEqualTo("i");
    assertThat(ExprText.of(first.inner())).isEqualTo("j");
    assertThat(first.innerExtent().isConst(4)).isTrue();
    assertThat(s.indices().get(1).outerExtent().isConst(1)).isTrue();
    assertThat(IterMaps.subspaceDivide(List.of(index, k), iters, Set.of(i), TRUE, new Analyzer()))
        .isNull();
  }

  @Test
  void inverses() {
    IndexMap map = new IndexMap(List.of(i, j), List.of(floorDiv(j, 4), i, floorMod(j, 4)));
    Analyzer analyzer = new Analyzer();
    IndexMap inverse = IndexMaps.inverse(map, List.of(Range.of(6), Range.of(12)), analyzer);
    assertThat(inverse.outputs().stream().map(ExprText::of).toList())
        .containsExactly("i", "axis0*4 + axis2");
    IndexMaps.PaddedInverse padded =
        IndexMaps.nonSurjectiveInverse(
            new IndexMap(List.of(i), List.of(floorDiv(i, 16), floorMod(i, 16))),
            List.of(Range.of(37)),
            analyzer);
    assertThat(ExprText.of(padded.inverse().outputs().get(0))).isEqualTo("axis0*16 + axis1");
    assertThat(ExprText.of(padded.padding())).isEqualTo("axis0 == 2 and 5 <= axis1");
    assertThat(
            IndexMaps.mapShape(map, List.of(int32(6), int32(12)), analyzer).stream()
                .map(ExprText::of))
        .containsExactly("3", "6", "4");
  }

  @Test
  void regions() {
    Analyzer analyzer = new Analyzer();
    Expr access = add(mul(i, 4), j);
    List<IntSet> region =
        RegionEstimate.upperBound(List.of(Range.point(access)), iters(j, 4), TRUE, analyzer);
    Range range = region.get(0).cover(Range.of(1), analyzer);
    assertThat(ExprText.of(range.min())).isEqualTo("i*4");
    assertThat(ExprText.of(range.extent())).isEqualTo("4");
    List<IntSet> stencil =
        RegionEstimate.upperBound(
            List.of(Range.point(add(add(mul(i, 8), j), k))), iters(j, 8, k, 3), TRUE, analyzer);
    range = stencil.get(0).cover(Range.of(1), analyzer);
    assertThat(ExprText.of(range.min())).isEqualTo("i*8");
    assertThat(ExprText.of(range.extent())).isEqualTo("10");
  }

  @Property(tries = 3000, seed = "20")
  void whatIsDetectedIsSo(@ForAll long seed) {
    Random random = new Random(seed);
    Map<Var, Range> iters = new LinkedHashMap<>();
    for (String name : List.of("a", "b", "c")) {
      long extent = new long[] {1, 2, 3, 4, 6, 8}[random.nextInt(6)];
      long min = random.nextInt(5) == 0 ? random.nextInt(5) - 2 : 0;
      iters.put(Var.int32(name), new Range(int32(min), int32(extent)));
    }
    List<Var> vars = List.copyOf(iters.keySet());
    List<Expr> pool = new ArrayList<>(vars);
    for (int n = random.nextInt(4); n > 0; n--) {
      Expr x = pool.get(random.nextInt(pool.size()));
      long by = new long[] {2, 3, 4, 6, 8, 12}[random.nextInt(6)];
      switch (random.nextInt(3)) {
        case 0 -> pool.add(floorDiv(x, by));
        case 1 -> pool.add(floorMod(x, by));
        default -> pool.add(add(mul(x, by), pool.get(random.nextInt(pool.size()))));
      }
    }
    List<Expr> indices = new ArrayList<>();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      indices.add(pool.get(pool.size() - 1 - random.nextInt(Math.min(pool.size(), 4))));
    }
    Expr predicate = TRUE;
    if (random.nextInt(3) == 0) {
      Expr bounded = pool.get(random.nextInt(pool.size()));
      predicate =
          random.nextInt(4) == 0
              ? Expr.ge(bounded, int32(random.nextInt(6)))
              : lt(bounded, int32(1 + random.nextInt(20)));
    }
    for (IterMapLevel level : IterMapLevel.values()) {
      check(indices, iters, predicate, level);
    }
  }

  private static void check(
      List<Expr> indices, Map<Var, Range> iters, Expr predicate, IterMapLevel level) {
    Analyzer analyzer = new Analyzer();
    IterMapResult map = IterMaps.detect(indices, iters, predicate, level, analyzer);
    if (!map.isDetected()) {
      assertThat(map.errors()).isNotEmpty();
      return;
    }
    String what =
        indices.stream().map(ExprText::of).toList()
            + " if "
            + ExprText.of(predicate)
            + " "
            + level
            + " "
            + iters.values().stream().map(r -> ExprText.of(r.extent())).toList();
    List<Expr> normal =
        map.indices().stream().map(s -> IterMaps.toExpr(s, new Analyzer())).toList();
    Set<List<Long>> values = new HashSet<>();
    int[] count = {0};
    List<Expr> inverseOf = new ArrayList<>();
    for (int n = 0; n < indices.size(); n++) {
      inverseOf.add(Var.int32("o" + n));
    }
    Map<Var, Expr> inverse =
        level == IterMapLevel.BIJECTIVE
            ? IterMaps.inverse(map.indices(), inverseOf, new Analyzer())
            : Map.of();
    BruteForce.forAll(
        iters,
        env -> {
          if (BruteForce.eval(predicate, env) == 0) {
            return;
          }
          count[0]++;
          List<Long> tuple = indices.stream().map(e -> BruteForce.eval(e, env)).toList();
          assertThat(normal.stream().map(e -> BruteForce.eval(e, env)).toList())
              .as("%s at %s", what, env)
              .isEqualTo(tuple);
          values.add(tuple);
          Map<Var, Long> outputs = new HashMap<>();
          for (int n = 0; n < tuple.size(); n++) {
            outputs.put((Var) inverseOf.get(n), tuple.get(n));
          }
          inverse.forEach(
              (v, e) ->
                  assertThat(BruteForce.eval(e, outputs))
                      .as("inverse %s = %s of %s at %s", v, ExprText.of(e), what, env)
                      .isEqualTo(env.get(v)));
        });
    if (level == IterMapLevel.NO_CHECK || count[0] == 0) {
      return;
    }
    long expected = 1;
    for (IterSum sum : map.indices()) {
      for (IterSplit split : sum.args()) {
        expected *= ((Expr.IntImm) split.extent()).value();
      }
    }
    assertThat((long) values.size()).as(what).isEqualTo(expected);
    if (level == IterMapLevel.BIJECTIVE) {
      assertThat(count[0]).as(what).isEqualTo(values.size());
    }
  }
}
