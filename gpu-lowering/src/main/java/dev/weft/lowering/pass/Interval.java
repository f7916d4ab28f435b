package dev.weft.lowering.pass;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values {@code min … max} (inclusive) of an expression when some variables take all values of
 * their own intervals and the others are fixed; null is no bound.
 */
record Interval(@Nullable Expr min, @Nullable Expr max) {
  static final Interval EVERYTHING = new Interval(null, null);

  static Interval point(Expr e) {
    return new Interval(e, e);
  }

  @SuppressWarnings("ReferenceEquality") // Made by point(), or by bounds that met by accident.
  private boolean isPoint() {
    return min == max && min != null;
  }

  /**
   * The interval of an expression.
   *
   * @param domains the intervals of the variables that vary
   */
  static Interval of(Expr e, Map<Var, Interval> domains, Analyzer analyzer) {
    if (!mentions(e, domains)) {
      return point(e);
    }
    return switch (e) {
      case Var v -> domains.getOrDefault(v, point(v));
      case Expr.Cast(var dtype, var value) when value.dtype().isInt() && dtype.isInt() -> {
        Interval i = of(value, domains, analyzer);
        yield new Interval(
            i.min == null ? null : Expr.cast(dtype, i.min),
            i.max == null ? null : Expr.cast(dtype, i.max));
      }
      case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
          binary(op, of(a, domains, analyzer), of(b, domains, analyzer), analyzer);
      case Expr.Select(var c, var t, var f) ->
          of(t, domains, analyzer).union(of(f, domains, analyzer), analyzer);
      case Expr.Let(var v, var value, var body) -> EVERYTHING;
      case Expr.Cast c -> EVERYTHING;
      case Expr.IntImm c -> EVERYTHING;
      case Expr.FloatImm c -> EVERYTHING;
      case Expr.StringImm c -> EVERYTHING;
      case Expr.Not c -> EVERYTHING;
      case Expr.Load c -> EVERYTHING;
      case Expr.Ramp c -> EVERYTHING;
      case Expr.Broadcast c -> EVERYTHING;
      case Expr.Shuffle c -> EVERYTHING;
      case Expr.Call c -> EVERYTHING;
    };
  }

  static boolean mentions(Expr e, Map<Var, Interval> domains) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Var v && domains.containsKey(v)) {
          found[0] = true;
        }
        if (!found[0]) {
          super.expr(node);
        }
      }
    }.expr(e);
    return found[0];
  }

  private static Interval binary(BinaryOp op, Interval a, Interval b, Analyzer analyzer) {
    return switch (op) {
      case ADD -> new Interval(add(a.min, b.min, analyzer), add(a.max, b.max, analyzer));
      case SUB -> new Interval(sub(a.min, b.max, analyzer), sub(a.max, b.min, analyzer));
      case MUL -> scaled(a, b, analyzer);
      case FLOOR_DIV, DIV -> divided(op, a, b, analyzer);
      case FLOOR_MOD -> modulo(a, b, analyzer);
      case MIN ->
          new Interval(
              a.min == null || b.min == null ? null : Expr.min(a.min, b.min),
              a.max == null ? b.max : b.max == null ? a.max : Expr.min(a.max, b.max));
      case MAX ->
          new Interval(
              a.min == null ? b.min : b.min == null ? a.min : Expr.max(a.min, b.min),
              a.max == null || b.max == null ? null : Expr.max(a.max, b.max));
      case MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> EVERYTHING;
    };
  }

  private static @Nullable Expr add(@Nullable Expr a, @Nullable Expr b, Analyzer analyzer) {
    return a == null || b == null ? null : analyzer.simplify(Expr.add(a, b));
  }

  private static @Nullable Expr sub(@Nullable Expr a, @Nullable Expr b, Analyzer analyzer) {
    return a == null || b == null ? null : analyzer.simplify(Expr.sub(a, b));
  }

  private static Interval scaled(Interval a, Interval b, Analyzer analyzer) {
    if (a.isPoint() && !b.isPoint()) {
      return scaled(b, a, analyzer);
    }
    Expr factor = b.min;
    if (!b.isPoint() || factor == null) {
      return EVERYTHING;
    }
    Expr atMin = a.min == null ? null : analyzer.simplify(Expr.mul(a.min, factor));
    Expr atMax = a.max == null ? null : analyzer.simplify(Expr.mul(a.max, factor));
    if (analyzer.prove(Expr.ge(factor, Expr.imm(factor.dtype(), 0)))) {
      return new Interval(atMin, atMax);
    }
    boolean negative = analyzer.prove(Expr.le(factor, Expr.imm(factor.dtype(), 0)));
    return negative ? new Interval(atMax, atMin) : EVERYTHING;
  }

  private static Interval divided(BinaryOp op, Interval a, Interval b, Analyzer analyzer) {
    Expr divisor = b.min;
    if (!b.isPoint()
        || divisor == null
        || !analyzer.prove(Expr.gt(divisor, Expr.imm(divisor.dtype(), 0)))) {
      return EVERYTHING;
    }
    // Both divisions grow with the dividend.
    return new Interval(
        a.min == null ? null : analyzer.simplify(Expr.binary(op, a.min, divisor)),
        a.max == null ? null : analyzer.simplify(Expr.binary(op, a.max, divisor)));
  }

  private static Interval modulo(Interval a, Interval b, Analyzer analyzer) {
    Expr divisor = b.min;
    if (!b.isPoint()
        || divisor == null
        || !analyzer.prove(Expr.gt(divisor, Expr.imm(divisor.dtype(), 0)))) {
      return EVERYTHING;
    }
    if (a.min != null && a.max != null) {
      Expr first = analyzer.simplify(Expr.floorDiv(a.min, divisor));
      Expr last = analyzer.simplify(Expr.floorDiv(a.max, divisor));
      if (analyzer.proveEqual(first, last)) {
        return new Interval(
            analyzer.simplify(Expr.floorMod(a.min, divisor)),
            analyzer.simplify(Expr.floorMod(a.max, divisor)));
      }
    }
    return new Interval(Expr.imm(divisor.dtype(), 0), analyzer.simplify(Expr.sub(divisor, 1)));
  }

  /** An interval that holds both; a bound that nobody can compare is given up. */
  Interval union(Interval other, Analyzer analyzer) {
    return new Interval(
        pick(min, other.min, BinaryOp.LE, analyzer), pick(max, other.max, BinaryOp.GE, analyzer));
  }

  private static @Nullable Expr pick(
      @Nullable Expr a, @Nullable Expr b, BinaryOp better, Analyzer analyzer) {
    if (a == null || b == null) {
      return null;
    }
    if (analyzer.prove(Expr.binary(better, a, b))) {
      return a;
    }
    return analyzer.prove(Expr.binary(better, b, a)) ? b : null;
  }

  /**
   * The values of {@code e} within this interval for which the conditions hold as well. A condition
   * {@code a < b} bounds {@code e} where {@code e - a} does not vary.
   */
  Interval under(List<Expr> conditions, Expr e, Map<Var, Interval> domains, Analyzer analyzer) {
    Interval result = this;
    for (Expr condition : conditions) {
      if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && a.dtype().isInt()) {
        result =
            switch (op) {
              case LT ->
                  result
                      .atMost(e, a, b, -1, domains, analyzer)
                      .atLeast(e, b, a, 1, domains, analyzer);
              case LE ->
                  result
                      .atMost(e, a, b, 0, domains, analyzer)
                      .atLeast(e, b, a, 0, domains, analyzer);
              case GT ->
                  result
                      .atMost(e, b, a, -1, domains, analyzer)
                      .atLeast(e, a, b, 1, domains, analyzer);
              case GE ->
                  result
                      .atMost(e, b, a, 0, domains, analyzer)
                      .atLeast(e, a, b, 0, domains, analyzer);
              case EQ ->
                  result
                      .atMost(e, a, b, 0, domains, analyzer)
                      .atLeast(e, a, b, 0, domains, analyzer);
              case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, NE, AND, OR -> result;
            };
      }
    }
    return result;
  }

  /** Knowing {@code a <= b + slack}. */
  private Interval atMost(
      Expr e, Expr a, Expr b, int slack, Map<Var, Interval> domains, Analyzer analyzer) {
    Expr distance = analyzer.simplify(Expr.sub(e, Expr.cast(e.dtype(), a)));
    Expr bound = of(b, domains, analyzer).max;
    if (bound == null || mentions(distance, domains)) {
      return this;
    }
    Expr candidate =
        analyzer.simplify(Expr.add(Expr.add(Expr.cast(e.dtype(), bound), distance), slack));
    boolean better = max == null || analyzer.prove(Expr.le(candidate, max));
    return better ? new Interval(min, candidate) : this;
  }

  /** Knowing {@code a >= b + slack}. */
  private Interval atLeast(
      Expr e, Expr a, Expr b, int slack, Map<Var, Interval> domains, Analyzer analyzer) {
    Expr distance = analyzer.simplify(Expr.sub(e, Expr.cast(e.dtype(), a)));
    Expr bound = of(b, domains, analyzer).min;
    if (bound == null || mentions(distance, domains)) {
      return this;
    }
    Expr candidate =
        analyzer.simplify(Expr.add(Expr.add(Expr.cast(e.dtype(), bound), distance), slack));
    boolean better = min == null || analyzer.prove(Expr.ge(candidate, min));
    return better ? new Interval(candidate, max) : this;
  }
}
