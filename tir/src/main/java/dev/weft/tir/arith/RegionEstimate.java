package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of a buffer that is touched while iterators run through their ranges. */
public final class RegionEstimate {
  private RegionEstimate() {}

  /**
   * The exact region; null if it is not known to be a box.
   *
   * @param region the box touched in one iteration
   * @param iters the iterators to run, and their ranges
   * @param predicate the iterations that count, or true
   */
  public static @Nullable List<IntSet> strict(
      List<Range> region, Map<Var, Range> iters, Expr predicate, Analyzer analyzer) {
    List<Expr> mins = new ArrayList<>();
    for (Range range : region) {
      if (Occurs.any(range.extent(), x -> x instanceof Var v && iters.containsKey(v))) {
        return null;
      }
      mins.add(range.min());
    }
    IterMapResult map = IterMaps.detect(mins, iters, predicate, IterMapLevel.SURJECTIVE, analyzer);
    if (!map.isDetected()) {
      return null;
    }
    List<IntSet> result = new ArrayList<>();
    for (int i = 0; i < region.size(); i++) {
      IntSet set = interval(map.indices().get(i), region.get(i).extent(), analyzer);
      if (set == null) {
        return null;
      }
      result.add(set);
    }
    return List.copyOf(result);
  }

  private static @Nullable IntSet interval(IterSum sum, Expr extent, Analyzer analyzer) {
    Expr last = Expr.add(sum.base(), Expr.sub(extent, 1));
    if (!sum.args().isEmpty()) {
      IterSplit split = sum.args().get(0);
      boolean gapless =
          analyzer.proveLessEqual(split.scale(), extent)
              && analyzer.prove(Expr.ge(split.scale(), Expr.imm(split.scale().dtype(), 0)));
      if (!gapless) {
        return null;
      }
      last = Expr.add(last, Expr.mul(Expr.sub(split.extent(), 1), split.scale()));
    }
    return IntSet.interval(analyzer.simplify(sum.base()), analyzer.simplify(last));
  }

  /**
   * A box around the region, exact where the region is known to be a box.
   *
   * @param region the box touched in one iteration
   * @param iters the iterators to run, and their ranges
   * @param predicate the iterations that count, or true
   */
  public static List<IntSet> upperBound(
      List<Range> region, Map<Var, Range> iters, Expr predicate, Analyzer analyzer) {
    List<IntSet> exact = strict(region, iters, predicate, analyzer);
    if (exact != null) {
      return exact;
    }
    Map<Var, IntSet> domain = new LinkedHashMap<>();
    iters.forEach((v, range) -> domain.put(v, IntSet.of(range)));
    List<IntSet> result = new ArrayList<>();
    for (Range range : region) {
      List<IntSet> one = strict(List.of(range), iters, predicate, analyzer);
      if (one == null) {
        // the predicate may bound iterators in a way that this dimension doesn't need
        one = strict(List.of(range), iters, Expr.bool(true), analyzer);
      }
      result.add(one != null ? one.get(0) : around(range, domain, analyzer));
    }
    return List.copyOf(result);
  }

  private static IntSet around(Range range, Map<Var, IntSet> domain, Analyzer analyzer) {
    IntSet first = IntSet.evaluate(range.min(), domain, analyzer);
    if (range.isPoint()) {
      return first;
    }
    Expr last = Expr.sub(Expr.add(range.min(), range.extent()), 1);
    return first.union(IntSet.evaluate(last, domain, analyzer), analyzer);
  }
}
