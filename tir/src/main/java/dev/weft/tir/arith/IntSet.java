package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of integers that is known by its ends, which are expressions. All operations give a set
 * that holds at least every value of the exact result.
 */
public sealed interface IntSet {
  /** No value. */
  record Empty() implements IntSet {}

  /**
   * The values from min to max, both included.
   *
   * @param min the least value; null for no bound
   * @param max the greatest value; null for no bound
   */
  record Interval(@Nullable Expr min, @Nullable Expr max) implements IntSet {
    /** Whether there is one value, the same expression at both ends. */
    public boolean isPoint() {
      return min != null && min.equals(max);
    }
  }

  /** Any value. */
  static IntSet everything() {
    return new Interval(null, null);
  }

  /** No value. */
  static IntSet nothing() {
    return new Empty();
  }

  /** One value. */
  static IntSet point(Expr value) {
    return new Interval(value, value);
  }

  /** The values from min to max, both included; null for no bound. */
  static IntSet interval(@Nullable Expr min, @Nullable Expr max) {
    return new Interval(min, max);
  }

  /** The values of a range. */
  static IntSet of(Range range) {
    if (range.isPoint()) {
      return point(range.min());
    }
    return new Interval(range.min(), Expr.sub(Expr.add(range.min(), range.extent()), 1));
  }

  /** The least value; null for none or no bound. */
  default @Nullable Expr min() {
    return null;
  }

  /** The greatest value; null for none or no bound. */
  default @Nullable Expr max() {
    return null;
  }

  /** The values that an expression takes while variables take those of their sets. */
  static IntSet evaluate(Expr e, Map<Var, IntSet> domain) {
    return evaluate(e, domain, new Analyzer());
  }

  /**
   * The values that an expression takes while variables take those of their sets. The sets' ends
   * may mention other variables of the domain. Variables outside it stay symbols in the result.
   */
  static IntSet evaluate(Expr e, Map<Var, IntSet> domain, Analyzer analyzer) {
    return new IntSetEvaluation(domain, analyzer).evaluate(e);
  }

  /** The least interval around both. */
  default IntSet union(IntSet other) {
    return union(other, new Analyzer());
  }

  /** The least interval around both, its ends simplified. */
  default IntSet union(IntSet other, Analyzer analyzer) {
    if (this instanceof Empty) {
      return other;
    }
    if (other instanceof Empty) {
      return this;
    }
    Expr a = min();
    Expr b = other.min();
    Expr c = max();
    Expr d = other.max();
    return new Interval(
        a == null || b == null ? null : analyzer.simplify(Expr.min(a, b)),
        c == null || d == null ? null : analyzer.simplify(Expr.max(c, d)));
  }

  /** The values in both. */
  default IntSet intersect(IntSet other) {
    return intersect(other, new Analyzer());
  }

  /** The values in both; nothing if it is proven that there are none. */
  default IntSet intersect(IntSet other, Analyzer analyzer) {
    if (this instanceof Empty || other instanceof Empty) {
      return nothing();
    }
    Expr a = min();
    Expr b = other.min();
    Expr c = max();
    Expr d = other.max();
    Expr low = a == null ? b : b == null ? a : analyzer.simplify(Expr.max(a, b));
    Expr high = c == null ? d : d == null ? c : analyzer.simplify(Expr.min(c, d));
    boolean empty = low != null && high != null && analyzer.proveLess(high, low);
    return empty ? nothing() : new Interval(low, high);
  }

  /** The range of the values; {@code otherwise} for a set without both ends. */
  default Range cover(Range otherwise) {
    return cover(otherwise, new Analyzer());
  }

  /** The range of the values, simplified; {@code otherwise} for a set without both ends. */
  default Range cover(Range otherwise, Analyzer analyzer) {
    Expr low = min();
    Expr high = max();
    if (low == null || high == null) {
      return otherwise;
    }
    if (low.equals(high)) {
      return Range.point(low);
    }
    return new Range(analyzer.simplify(low), analyzer.simplify(Expr.add(Expr.sub(high, low), 1)));
  }
}
