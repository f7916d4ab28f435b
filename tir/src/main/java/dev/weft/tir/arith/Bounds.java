package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.List;

/** Constant bounds of expressions and sums, by interval arithmetic. */
final class Bounds {
  private final Analyzer analyzer;

  Bounds(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  ConstBounds of(Sum sum) {
    ConstBounds result = ConstBounds.point(sum.base());
    for (Term term : sum.terms()) {
      result = result.plus(of(term));
    }
    return narrowed(sum, result);
  }

  ConstBounds of(Term term) {
    ConstBounds product = ConstBounds.point(term.scale());
    List<Split> factors = term.factors();
    for (int i = 0; i < factors.size(); i++) {
      Split factor = factors.get(i);
      product = product.times(factor.bounds(analyzer.boundsOf(factor.index())));
    }
    if (factors.size() == 2 && factors.get(0).equals(factors.get(1))) {
      // a square has its scale's sign
      return term.scale() > 0
          ? product.intersect(new ConstBounds(0, ConstBounds.POS_INF))
          : product.intersect(new ConstBounds(ConstBounds.NEG_INF, 0));
    }
    return product;
  }

  /** What facts about a multiple of the very same terms add. */
  private ConstBounds narrowed(Sum sum, ConstBounds bounds) {
    List<Sum> facts = analyzer.context().nonNegative;
    ConstBounds result = bounds;
    if (facts.isEmpty() || sum.terms().size() < 2) {
      return result;
    }
    for (Sum fact : facts) {
      long k = multiplier(sum, fact);
      if (k == 0 || Math.abs(fact.base()) == Long.MAX_VALUE) {
        continue;
      }
      // fact = k * (sum - base) + fact.base >= 0, or the terms of the sum are -k times the fact's
      if (k > 0) {
        long least = Math.ceilDiv(-fact.base(), k) + sum.base();
        result = result.intersect(new ConstBounds(least, ConstBounds.POS_INF));
      } else {
        long most = Math.floorDiv(fact.base(), -k) + sum.base();
        result = result.intersect(new ConstBounds(ConstBounds.NEG_INF, most));
      }
    }
    return result;
  }

  /** The k with which the fact's terms are k times the sum's; 0 for none. */
  private static long multiplier(Sum sum, Sum fact) {
    if (sum.terms().size() != fact.terms().size()) {
      return 0;
    }
    long k = 0;
    for (Term term : sum.terms()) {
      long scale = 0;
      for (Term other : fact.terms()) {
        if (other.factors().equals(term.factors())) {
          scale = other.scale();
          break;
        }
      }
      if (scale == 0 || scale % term.scale() != 0) {
        return 0;
      }
      long ratio = scale / term.scale();
      if (k != 0 && k != ratio) {
        return 0;
      }
      k = ratio;
    }
    return k;
  }

  ConstBounds of(Expr e) {
    DType dtype = e.dtype();
    if (!dtype.isInt() && !dtype.isBool()) {
      return ConstBounds.EVERYTHING;
    }
    ConstBounds range = ConstBounds.of(dtype);
    ConstBounds bounds = compute(e);
    if (bounds.within(range) || Analyzer.isIndexType(dtype)) {
      return bounds;
    }
    return range;
  }

  private ConstBounds compute(Expr e) {
    ConstBounds range = ConstBounds.of(e.dtype());
    return switch (e) {
      case Var v -> {
        Expr value = analyzer.context().values.get(v);
        yield value != null
            ? analyzer.boundsOf(value)
            : analyzer.context().bounds.getOrDefault(v, range);
      }
      case Expr.IntImm(var dtype, long value) ->
          dtype.code() == DType.Code.UINT && value < 0 ? range : ConstBounds.point(value);
      case Expr.Cast(var dtype, var value) -> {
        if (!value.dtype().isInt() && !value.dtype().isBool()) {
          yield range;
        }
        ConstBounds inner = analyzer.boundsOf(value);
        if (dtype.isBool()) {
          yield ConstBounds.TRUTH;
        }
        yield inner.within(range) ? inner : range;
      }
      case Expr.Binary b -> binary(b);
      case Expr.Not n -> ConstBounds.TRUTH;
      case Expr.Select(var c, var t, var f) -> analyzer.boundsOf(t).union(analyzer.boundsOf(f));
      case Expr.Ramp(var base, var stride, var lanes) ->
          analyzer
              .boundsOf(base)
              .plus(analyzer.boundsOf(stride).times(new ConstBounds(0, lanes - 1L)));
      case Expr.Broadcast(var value, var lanes) -> analyzer.boundsOf(value);
      case Expr.Let(var v, var value, var body) -> range;
      case Expr.Shuffle(var vectors, var positions) -> {
        ConstBounds all = analyzer.boundsOf(vectors.get(0));
        for (Expr vector : vectors) {
          all = all.union(analyzer.boundsOf(vector));
        }
        yield all;
      }
      case Expr.Call call -> call(call, range);
      case Expr.Load l -> range;
      case Expr.FloatImm f -> range;
      case Expr.StringImm s -> range;
    };
  }

  private ConstBounds binary(Expr.Binary e) {
    if (e.dtype().isBool()) {
      return ConstBounds.TRUTH;
    }
    ConstBounds a = analyzer.boundsOf(e.a());
    ConstBounds b = analyzer.boundsOf(e.b());
    return switch (e.op()) {
      case ADD -> a.plus(b);
      case SUB -> a.plus(b.negated());
      case MUL -> a.times(b);
      case FLOOR_DIV -> a.floorDiv(b);
      case FLOOR_MOD -> a.floorMod(b);
      case DIV -> truncDiv(a, b);
      case MOD -> truncMod(a, b);
      case MIN -> a.minWith(b);
      case MAX -> a.maxWith(b);
      case EQ, NE, LT, LE, GT, GE, AND, OR -> ConstBounds.TRUTH;
    };
  }

  private static ConstBounds truncDiv(ConstBounds a, ConstBounds b) {
    // between the floor of the quotient and the negated floor of its negation
    return a.floorDiv(b).union(a.negated().floorDiv(b).negated());
  }

  private static ConstBounds truncMod(ConstBounds a, ConstBounds b) {
    if (a.min() >= 0 && b.min() > 0) {
      return a.floorMod(b);
    }
    long largest = Math.max(b.max(), b.negated().max());
    largest = largest == ConstBounds.POS_INF ? largest : Math.max(0, largest - 1);
    ConstBounds byDivisor = new ConstBounds(ConstBounds.point(largest).negated().min(), largest);
    ConstBounds byValue = new ConstBounds(Math.min(a.min(), 0), Math.max(a.max(), 0));
    return byDivisor.intersect(byValue);
  }

  private ConstBounds call(Expr.Call call, ConstBounds range) {
    List<Expr> args = call.args();
    if (call.is(Intrinsic.IF_THEN_ELSE)) {
      return analyzer.boundsOf(args.get(1)).union(analyzer.boundsOf(args.get(2)));
    }
    if (call.is(Intrinsic.LIKELY)) {
      return analyzer.boundsOf(args.get(0));
    }
    if (call.is(Intrinsic.SHIFT_RIGHT)
        && args.get(1) instanceof Expr.IntImm by
        && by.value() >= 0
        && by.value() < Math.min(62, call.dtype().bits())) {
      return analyzer.boundsOf(args.get(0)).floorDiv(ConstBounds.point(1L << by.value()));
    }
    if (call.is(Intrinsic.BITWISE_AND)) {
      for (Expr arg : args) {
        if (arg instanceof Expr.IntImm mask && mask.value() >= 0) {
          return new ConstBounds(0, mask.value());
        }
      }
    }
    return range;
  }
}
