package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Regions of buffers, seen from further out than the block that accesses them. */
public final class Regions {
  private Regions() {}

  /** The values of a block's axes in its place. */
  public static Map<Var, Expr> bindings(Stmt.BlockRealize realize) {
    Map<Var, Expr> values = new HashMap<>();
    List<IterVar> axes = realize.block().iterVars();
    for (int i = 0; i < axes.size(); i++) {
      values.put(axes.get(i).var(), realize.iterValues().get(i));
    }
    return values;
  }

  /** A region of a block's signature in terms of the loops around the block. */
  public static BufferRegion bound(Site.Block block, BufferRegion region) {
    return Substitute.in(region, bindings(block.stmt()));
  }

  /**
   * The loops from {@code from} outwards, {@code until} not included, as far as no block is
   * between, and their ranges. Memory in {@code scope} that is shared by threads sees further: all
   * the loops around, through all blocks, that are bound to threads which share it.
   */
  public static Map<Var, Range> domain(@Nullable Site from, @Nullable Site until, Scope scope) {
    Map<Var, Range> domain = new LinkedHashMap<>();
    Site site = from;
    while (site instanceof Site.Loop loop && site != until) {
      put(domain, loop);
      site = site.parent();
    }
    if (scope.rank() != Scope.Rank.GLOBAL) {
      for (; site != null; site = site.parent()) {
        if (site instanceof Site.Loop loop
            && loop.stmt().kind() == ForKind.THREAD_BINDING
            && isShared(scope, loop.stmt().thread())) {
          put(domain, loop);
        }
      }
    }
    return domain;
  }

  private static void put(Map<Var, Range> domain, Site.Loop loop) {
    domain.put(loop.stmt().var(), new Range(loop.stmt().min(), loop.stmt().extent()));
  }

  /** Whether memory in a scope is shared by the threads that an index counts. */
  private static boolean isShared(Scope scope, @Nullable ThreadTag tag) {
    if (tag == null) {
      return false;
    }
    boolean thread = tag.level == ThreadTag.Level.BLOCK || tag.level == ThreadTag.Level.VIRTUAL;
    return switch (scope.rank()) {
      case GLOBAL -> true;
      case SHARED -> thread;
      case WARP -> tag == ThreadTag.THREAD_IDX_X;
      case LOCAL,
          WMMA_MATRIX_A,
          WMMA_MATRIX_B,
          WMMA_ACCUMULATOR,
          TEXTURE,
          MMA_MATRIX_A,
          MMA_MATRIX_B,
          MMA_MATRIX_C ->
          false;
    };
  }

  /** The smallest known intervals around a region, over all values of the loops. */
  public static List<Interval> upperBound(
      BufferRegion region, Map<Var, Range> domain, Expr predicate, Analyzer analyzer) {
    List<Interval> exact = exact(region.region(), domain, predicate, analyzer);
    if (exact != null) {
      return exact;
    }
    List<Interval> result = new ArrayList<>();
    for (Range range : region.region()) {
      List<Interval> one = exact(List.of(range), domain, predicate, analyzer);
      result.add(one != null ? one.getFirst() : evaluate(range, domain, analyzer));
    }
    return result;
  }

  /** Intervals that are reached completely; null where that can't be known. */
  public static @Nullable List<Interval> lowerBound(
      BufferRegion region, Map<Var, Range> domain, Expr predicate, Analyzer analyzer) {
    boolean varies =
        region.region().stream().anyMatch(range -> Vars.usesAny(range.min(), domain.keySet()));
    if (!varies && !runs(domain, predicate, analyzer)) {
      return null;
    }
    return exact(region.region(), domain, predicate, analyzer);
  }

  /** Whether a predicate certainly holds in the first iteration of the loops. */
  public static boolean runs(Map<Var, Range> domain, Expr predicate, Analyzer analyzer) {
    Map<Var, Expr> first = new HashMap<>();
    domain.forEach((var, range) -> first.put(var, range.min()));
    return analyzer.prove(Substitute.in(predicate, first));
  }

  /** The values of a range over all values of the loops. */
  public static Interval evaluate(Range range, Map<Var, Range> domain, Analyzer analyzer) {
    Map<Var, Interval> known = new HashMap<>();
    domain.forEach(
        (var, r) ->
            known.put(var, new Interval(r.min(), Expr.sub(Expr.add(r.min(), r.extent()), 1))));
    Interval first = evaluate(range.min(), known, analyzer);
    Expr end = Expr.sub(Expr.add(range.min(), range.extent()), 1);
    Interval last = evaluate(analyzer.simplify(end), known, analyzer);
    return new Interval(
        outermost(first.min(), known, analyzer, Interval::min),
        outermost(last.max(), known, analyzer, Interval::max));
  }

  /** A bound in terms of no loop: the range of one may depend on the loops around it. */
  private static @Nullable Expr outermost(
      @Nullable Expr bound,
      Map<Var, Interval> known,
      Analyzer analyzer,
      Function<Interval, @Nullable Expr> end) {
    Expr result = bound;
    for (int i = 0; result != null && Vars.usesAny(result, known.keySet()); i++) {
      if (i == known.size()) {
        return null;
      }
      result = end.apply(evaluate(analyzer.simplify(result), known, analyzer));
    }
    return result;
  }

  /** Between which values an expression is, when variables are in intervals. */
  public static Interval evaluate(Expr e, Map<Var, Interval> known, Analyzer analyzer) {
    return new IntervalArithmetic(known, analyzer).evaluate(e);
  }

  /** The union of boxes, as the smallest box that holds them all. */
  public static List<Interval> union(List<List<Interval>> boxes, Analyzer analyzer) {
    List<Interval> result = new ArrayList<>(boxes.getFirst());
    for (List<Interval> box : boxes.subList(1, boxes.size())) {
      for (int i = 0; i < box.size(); i++) {
        result.set(i, union(result.get(i), box.get(i), analyzer));
      }
    }
    return result;
  }

  /** The smallest interval that holds two others. */
  public static Interval union(Interval a, Interval b, Analyzer analyzer) {
    Expr min = a.min() == null || b.min() == null ? null : Expr.min(a.min(), b.min());
    Expr max = a.max() == null || b.max() == null ? null : Expr.max(a.max(), b.max());
    return new Interval(
        min == null ? null : analyzer.simplify(min), max == null ? null : analyzer.simplify(max));
  }

  /** What two intervals have in common. */
  public static Interval intersection(Interval a, Interval b) {
    Expr min = a.min() == null ? b.min() : b.min() == null ? a.min() : Expr.max(a.min(), b.min());
    Expr max = a.max() == null ? b.max() : b.max() == null ? a.max() : Expr.min(a.max(), b.max());
    return new Interval(min, max);
  }

  /** Intervals as ranges; all of a dimension where a bound is missing. */
  public static List<Range> ranges(List<Interval> box, Buffer buffer, Analyzer analyzer) {
    List<Range> result = new ArrayList<>();
    for (int i = 0; i < box.size(); i++) {
      result.add(range(box.get(i), Range.upTo(buffer.shape().get(i)), analyzer));
    }
    return result;
  }

  /** An interval as a range; {@code otherwise} where a bound is missing. */
  public static Range range(Interval interval, Range otherwise, Analyzer analyzer) {
    Expr min = interval.min();
    Expr max = interval.max();
    if (min == null || max == null) {
      return otherwise;
    }
    Expr start = analyzer.simplify(min);
    return new Range(start, analyzer.simplify(Expr.add(Expr.sub(max, start), 1)));
  }

  /**
   * The region that a block's access touches as seen from {@code until}: over all values of the
   * loops from the block to there.
   */
  public static List<Range> relaxed(
      Site.Block block, BufferRegion region, @Nullable Site until, Analyzer analyzer) {
    List<Interval> box =
        upperBound(
            bound(block, region),
            domain(block.parent(), until, region.buffer().scope()),
            block.stmt().predicate(),
            analyzer);
    return ranges(box, region.buffer(), analyzer);
  }

  /**
   * Whether an axis of a block takes all values of its domain, over all loops of its scope, for
   * each instance of the scope.
   */
  public static boolean reachesAll(Site.Block block, int axis, Analyzer analyzer) {
    Range whole = block.block().iterVars().get(axis).dom();
    Range value = Range.point(block.stmt().iterValues().get(axis));
    Map<Var, Range> domain = domain(block.parent(), null, Scope.GLOBAL);
    for (Expr part : Vars.conjuncts(block.stmt().predicate())) {
      if (!Vars.usesAny(part, domain.keySet()) && !analyzer.prove(part)) {
        // Where the scope around decides, it may be that there is no instance at all.
        return false;
      }
    }
    List<Interval> reached = exact(List.of(value), domain, block.stmt().predicate(), analyzer);
    if (reached == null) {
      return false;
    }
    Expr min = reached.getFirst().min();
    Expr max = reached.getFirst().max();
    Expr last = Expr.sub(Expr.add(whole.min(), whole.extent()), 1);
    return min != null
        && max != null
        && analyzer.prove(Expr.le(min, whole.min()))
        && analyzer.prove(Expr.ge(max, last));
  }

  /**
   * The intervals that a region covers over all values of the loops that satisfy the predicate,
   * where it covers them without gaps; null where that can't be known.
   */
  private static @Nullable List<Interval> exact(
      List<Range> region, Map<Var, Range> domain, Expr predicate, Analyzer analyzer) {
    AffineMap map =
        AffineMap.detect(
            region.stream().map(Range::min).toList(),
            domain,
            predicate,
            AffineMap.Level.SURJECTIVE,
            analyzer);
    return map == null ? null : boxOf(map, region, domain, analyzer);
  }

  /**
   * The intervals that a region covers where the predicate cuts off a part which depends on fixed
   * variables; their last may come before their first, which means nothing is covered. Null where
   * they can't be known.
   */
  static @Nullable List<Interval> clipped(
      BufferRegion region, Map<Var, Range> domain, Expr predicate, Analyzer analyzer) {
    List<Expr> mins = region.region().stream().map(Range::min).toList();
    AffineMap map = AffineMap.detectClipped(mins, domain, predicate, analyzer);
    return map == null ? null : boxOf(map, region.region(), domain, analyzer);
  }

  private static @Nullable List<Interval> boxOf(
      AffineMap map, List<Range> region, Map<Var, Range> domain, Analyzer analyzer) {
    List<Interval> result = new ArrayList<>();
    for (int i = 0; i < region.size(); i++) {
      Expr extent = region.get(i).extent();
      if (Vars.usesAny(extent, domain.keySet())) {
        return null;
      }
      AffineMap.Sum sum = map.indices().get(i);
      Expr first = sum.base();
      Expr count = extent;
      if (!sum.digits().isEmpty()) {
        AffineMap.Digit digit = sum.digits().getFirst();
        Expr zero = Expr.imm(digit.scale().dtype(), 0);
        boolean downwards = analyzer.prove(Expr.lt(digit.scale(), zero));
        Expr step = downwards ? Expr.mul(digit.scale(), -1) : digit.scale();
        if (!analyzer.prove(Expr.gt(step, zero)) || !analyzer.prove(Expr.ge(extent, step))) {
          return null;
        }
        Expr steps = Expr.mul(Expr.sub(digit.extent(), 1), step);
        first = downwards ? analyzer.simplify(Expr.sub(first, steps)) : first;
        count = Expr.add(steps, extent);
      }
      Expr last = analyzer.simplify(Expr.sub(Expr.add(first, count), 1));
      if (Vars.usesAny(first, domain.keySet()) || Vars.usesAny(last, domain.keySet())) {
        // A loop's range depends on a loop around it.
        return null;
      }
      result.add(new Interval(first, last));
    }
    return result;
  }
}
