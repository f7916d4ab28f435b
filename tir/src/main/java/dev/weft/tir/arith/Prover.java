package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Proves sums to be at least 0: by constant bounds; else by putting a variable at the end of its
 * range where the sum is least, by adding a multiple of a known fact, by relaxing a division, or by
 * cases of a min or max. Every step goes to a sum that is at most a positive multiple of the first.
 */
final class Prover {
  private static final int MAX_DEPTH = 6;
  private static final int MAX_STEPS = 96;

  private final Analyzer analyzer;
  private boolean busy;
  private int steps;

  Prover(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  /** Whether the sum is proven to be at least 0. */
  boolean nonNegative(Sum sum) {
    if (analyzer.boundsOf(sum).min() >= 0) {
      return true;
    }
    if (busy || sum.isConstant() || analyzer.mayWrap(sum)) {
      return false;
    }
    busy = true;
    steps = 0;
    try {
      return prove(sum, MAX_DEPTH);
    } catch (ArithmeticException tooLarge) {
      return false;
    } finally {
      busy = false;
    }
  }

  private boolean prove(Sum sum, int depth) {
    ConstBounds bounds = analyzer.boundsOf(sum);
    if (bounds.min() >= 0) {
      return true;
    }
    if (depth == 0 || bounds.max() < 0 || sum.isConstant() || ++steps > MAX_STEPS) {
      return false;
    }
    return byRanges(sum, depth)
        || byCases(sum, depth)
        || byDivisions(sum, depth)
        || byFacts(sum, depth);
  }

  private boolean byRanges(Sum sum, int depth) {
    Map<Var, Range> symbolic = analyzer.context().symbolic;
    if (symbolic.isEmpty()) {
      return false;
    }
    Map<Var, List<Term>> occurrences = new LinkedHashMap<>();
    for (Term term : sum.terms()) {
      for (Split factor : term.factors()) {
        if (factor.isWhole() && factor.index() instanceof Var v && symbolic.containsKey(v)) {
          occurrences.computeIfAbsent(v, k -> new ArrayList<>()).add(term);
        }
      }
    }
    for (Map.Entry<Var, List<Term>> entry : occurrences.entrySet()) {
      Var v = entry.getKey();
      if (occursElsewhere(sum, v)) {
        continue;
      }
      Sum scale = coefficient(sum, entry.getValue(), v);
      ConstBounds sign = analyzer.boundsOf(scale);
      Range range = symbolic.get(v);
      if (range == null || (sign.min() < 0 && sign.max() > 0)) {
        continue;
      }
      Sum end = analyzer.toSum(range.min());
      if (sign.min() < 0) {
        end = analyzer.sums().add(end, analyzer.toSum(range.extent())).plus(-1);
      }
      Sum moved = analyzer.sums().sub(end, Sum.atom(v));
      Sum least = analyzer.sums().add(sum, analyzer.sums().mul(scale, moved));
      if (prove(least, depth - 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean occursElsewhere(Sum sum, Var v) {
    for (Term term : sum.terms()) {
      int linear = 0;
      for (Split factor : term.factors()) {
        if (factor.isWhole() && factor.index() == v) {
          linear++;
        } else if (Occurs.in(factor.index(), v)) {
          return true;
        }
      }
      if (linear > 1) {
        return true;
      }
    }
    return false;
  }

  private Sum coefficient(Sum sum, List<Term> terms, Var v) {
    List<Term> rest = new ArrayList<>();
    long base = 0;
    for (Term term : terms) {
      List<Split> factors = new ArrayList<>(term.factors());
      factors.remove(Split.whole(v));
      if (factors.isEmpty()) {
        base += term.scale();
      } else {
        rest.add(new Term(List.copyOf(factors), term.scale()));
      }
    }
    return analyzer.sums().of(sum.dtype(), rest, base);
  }

  private boolean byCases(Sum sum, int depth) {
    for (Term term : sum.terms()) {
      if (!term.isSingle() || !term.first().isWhole()) {
        continue;
      }
      Expr index = term.first().index();
      if (index instanceof Expr.Binary(var op, var a, var b)
          && (op == BinaryOp.MIN || op == BinaryOp.MAX)) {
        // a positive min or a negative max is one of both: both must do; else either does
        boolean both = (op == BinaryOp.MIN) == (term.scale() > 0);
        Sum first = replaced(sum, term, analyzer.toSum(a));
        Sum second = replaced(sum, term, analyzer.toSum(b));
        return both
            ? prove(first, depth - 1) && prove(second, depth - 1)
            : prove(first, depth - 1) || prove(second, depth - 1);
      }
      if (index instanceof Expr.Select(var c, var t, var f)) {
        return prove(replaced(sum, term, analyzer.toSum(t)), depth - 1)
            && prove(replaced(sum, term, analyzer.toSum(f)), depth - 1);
      }
    }
    return false;
  }

  private Sum replaced(Sum sum, Term term, Sum by) {
    Sum without = analyzer.sums().sub(sum, Sum.of(sum.dtype(), term));
    return analyzer.sums().addScaled(without, by, term.scale());
  }

  private boolean byDivisions(Sum sum, int depth) {
    for (Term term : sum.terms()) {
      Split digit = term.first();
      if (!term.isSingle() || digit.upper() != Split.INF || digit.lower() == 1) {
        continue;
      }
      // l * (x // l) is at most x and at least x - (l - 1); l*s >= 0 follows from l*s + l-1 >= 0
      long l = digit.lower();
      Sum index = analyzer.toSum(digit.index());
      Sum relaxed = term.scale() > 0 ? index.plus(1 - l) : index;
      long g = term.scale() % l == 0 ? 1 : l;
      Sum scaled = sum.times(g);
      Sum without =
          analyzer
              .sums()
              .sub(
                  scaled, Sum.of(sum.dtype(), term.withScale(Math.multiplyExact(term.scale(), g))));
      Sum least = analyzer.sums().addScaled(without, relaxed, term.scale() * g / l).plus(g - 1);
      if (prove(least, depth - 1)) {
        return true;
      }
    }
    return false;
  }

  private boolean byFacts(Sum sum, int depth) {
    for (Sum fact : analyzer.context().nonNegative) {
      for (Term term : sum.terms()) {
        for (Term other : fact.terms()) {
          if (!other.factors().equals(term.factors())) {
            continue;
          }
          long ratio = term.scale() / other.scale();
          if (ratio <= 0) {
            continue;
          }
          Sum rest = analyzer.sums().addScaled(sum, fact, Math.negateExact(ratio));
          if (prove(rest, depth - 2 < 0 ? 0 : depth - 2)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
