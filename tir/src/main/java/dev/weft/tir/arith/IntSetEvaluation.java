package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Interval arithmetic with symbolic ends, on the terms of canonical sums. */
final class IntSetEvaluation {
  /** How often ends that mention variables of the domain are evaluated in turn. */
  private static final int MAX_ROUNDS = 8;

  private final Map<Var, IntSet> domain;
  private final Analyzer analyzer;

  IntSetEvaluation(Map<Var, IntSet> domain, Analyzer analyzer) {
    this.domain = domain;
    this.analyzer = analyzer;
  }

  /** The ends as sums; null for no bound. */
  private record Ends(@Nullable Sum min, @Nullable Sum max) {
    static final Ends OPEN = new Ends(null, null);

    static Ends point(Sum value) {
      return new Ends(value, value);
    }
  }

  IntSet evaluate(Expr e) {
    if (!Analyzer.isIndexType(e.dtype())) {
      return relaxed(e) ? IntSet.everything() : IntSet.point(e);
    }
    for (IntSet set : domain.values()) {
      if (set instanceof IntSet.Empty) {
        return relaxed(e) ? IntSet.nothing() : IntSet.point(analyzer.simplify(e));
      }
    }
    try {
      Ends ends = of(analyzer.toSum(e));
      Sum low = ends.min();
      Sum high = ends.max();
      for (int round = 0; round < MAX_ROUNDS; round++) {
        if (low != null && relaxed(low)) {
          low = of(low).min();
        }
        if (high != null && relaxed(high)) {
          high = of(high).max();
        }
      }
      return new IntSet.Interval(
          low == null || relaxed(low) ? null : analyzer.print(low),
          high == null || relaxed(high) ? null : analyzer.print(high));
    } catch (ArithmeticException tooLarge) {
      return IntSet.everything();
    }
  }

  private boolean relaxed(Expr e) {
    return Occurs.any(e, x -> x instanceof Var v && domain.containsKey(v));
  }

  private boolean relaxed(Sum sum) {
    return sum.terms().stream().anyMatch(this::relaxed);
  }

  private boolean relaxed(Term term) {
    return term.factors().stream().anyMatch(f -> relaxed(f.index()));
  }

  private Ends of(Sum sum) {
    Ends result = Ends.point(Sum.constant(sum.dtype(), sum.base()));
    List<Term> fixed = new ArrayList<>();
    for (Term term : sum.terms()) {
      if (relaxed(term)) {
        result = plus(result, of(term, sum));
      } else {
        fixed.add(term);
      }
    }
    return plus(result, Ends.point(analyzer.sums().of(sum.dtype(), fixed, 0)));
  }

  private Ends plus(Ends a, Ends b) {
    return new Ends(
        a.min() == null || b.min() == null ? null : analyzer.sums().add(a.min(), b.min()),
        a.max() == null || b.max() == null ? null : analyzer.sums().add(a.max(), b.max()));
  }

  private Ends of(Term term, Sum sum) {
    Split moving = null;
    Sum scale = Sum.constant(sum.dtype(), term.scale());
    for (Split factor : term.factors()) {
      if (!relaxed(factor.index())) {
        scale = analyzer.sums().mul(scale, Sum.of(sum.dtype(), Term.of(factor, 1)));
      } else if (moving == null) {
        moving = factor;
      } else {
        return Ends.OPEN;
      }
    }
    if (moving == null) {
      return Ends.point(Sum.of(sum.dtype(), term));
    }
    Ends ends = of(moving);
    boolean up = analyzer.prover().nonNegative(scale);
    if (!up && !analyzer.prover().nonNegative(scale.times(-1))) {
      return Ends.OPEN;
    }
    Sum low = up ? ends.min() : ends.max();
    Sum high = up ? ends.max() : ends.min();
    return new Ends(
        low == null ? null : analyzer.sums().mul(low, scale),
        high == null ? null : analyzer.sums().mul(high, scale));
  }

  private Ends of(Split digit) {
    Ends index = index(digit.index());
    if (digit.isWhole()) {
      return index;
    }
    Sum low = index.min();
    Sum high = index.max();
    long upper = digit.upper();
    if (upper != Split.INF) {
      Sum first = low == null ? null : analyzer.division().floorDiv(low, upper);
      boolean one =
          low != null
              && high != null
              && first != null
              && first.equals(analyzer.division().floorDiv(high, upper));
      if (one && low != null && high != null) {
        low = analyzer.division().floorMod(low, upper);
        high = analyzer.division().floorMod(high, upper);
      } else {
        low = Sum.constant(analyzer.toSum(digit.index()).dtype(), 0);
        high = low.plus(upper - 1);
      }
    }
    return new Ends(
        low == null ? null : analyzer.division().floorDiv(low, digit.lower()),
        high == null ? null : analyzer.division().floorDiv(high, digit.lower()));
  }

  private Ends index(Expr e) {
    if (!relaxed(e)) {
      return Ends.point(analyzer.toSum(e));
    }
    return switch (e) {
      case Var v -> {
        IntSet set = domain.get(v);
        Expr low = set == null ? v : set.min();
        Expr high = set == null ? v : set.max();
        yield new Ends(
            low == null ? null : analyzer.toSum(low), high == null ? null : analyzer.toSum(high));
      }
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.MIN || op == BinaryOp.MAX -> {
        Ends x = index(a);
        Ends y = index(b);
        yield op == BinaryOp.MIN
            ? new Ends(both(op, x.min(), y.min()), either(op, x.max(), y.max()))
            : new Ends(either(op, x.min(), y.min()), both(op, x.max(), y.max()));
      }
      case Expr.Binary(var op, var a, var b)
          when op == BinaryOp.ADD || op == BinaryOp.SUB || op == BinaryOp.MUL ->
          of(analyzer.toSum(e));
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.FLOOR_MOD && !relaxed(b) -> {
        Sum divisor = analyzer.toSum(b);
        yield analyzer.prover().nonNegative(divisor.plus(-1))
            ? new Ends(Sum.constant(divisor.dtype(), 0), divisor.plus(-1))
            : Ends.OPEN;
      }
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.FLOOR_DIV && !relaxed(b) -> {
        Sum divisor = analyzer.toSum(b);
        if (!analyzer.prover().nonNegative(divisor.plus(-1))) {
          yield Ends.OPEN;
        }
        Ends x = index(a);
        yield new Ends(
            x.min() == null ? null : analyzer.division().floorDiv(x.min(), divisor),
            x.max() == null ? null : analyzer.division().floorDiv(x.max(), divisor));
      }
      case Expr.Select(var c, var t, var f) -> union(index(t), index(f));
      case Expr.Call call when call.is(Intrinsic.IF_THEN_ELSE) ->
          union(index(call.args().get(1)), index(call.args().get(2)));
      case Expr x -> Ends.OPEN;
    };
  }

  private Ends union(Ends x, Ends y) {
    return new Ends(both(BinaryOp.MIN, x.min(), y.min()), both(BinaryOp.MAX, x.max(), y.max()));
  }

  private @Nullable Sum both(BinaryOp op, @Nullable Sum x, @Nullable Sum y) {
    return x == null || y == null ? null : join(op, x, y);
  }

  private @Nullable Sum either(BinaryOp op, @Nullable Sum x, @Nullable Sum y) {
    return x == null ? y : y == null ? x : join(op, x, y);
  }

  private Sum join(BinaryOp op, Sum x, Sum y) {
    return analyzer.toSum(new Expr.Binary(op, analyzer.print(x), analyzer.print(y)));
  }
}
