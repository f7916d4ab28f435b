package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Comparisons of int32 and int64: both sides are brought to one, decided if that can be proven, and
 * else written with what is positive on one side and what is negative on the other: {@code i*4 + j
 * < 30}, {@code 3 <= i}.
 */
final class CompareRules {
  private final Analyzer analyzer;

  CompareRules(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  /** The comparison of two scalar integers. */
  Expr simplify(BinaryOp op, Expr a, Expr b) {
    Sum x = analyzer.toSum(a);
    Sum y = analyzer.toSum(b);
    if (analyzer.mayWrap(x) || analyzer.mayWrap(y)) {
      return Expr.binary(op, analyzer.print(x), analyzer.print(y));
    }
    Sum difference = analyzer.sums().sub(y, x);
    if (analyzer.mayWrap(difference)) {
      Expr decided = byBounds(op, analyzer.boundsOf(x), analyzer.boundsOf(y));
      return decided != null ? decided : Expr.binary(op, analyzer.print(x), analyzer.print(y));
    }
    return switch (op) {
      case LT -> nonNegative(difference.plus(-1));
      case LE -> nonNegative(difference);
      case GT -> nonNegative(difference.times(-1).plus(-1));
      case GE -> nonNegative(difference.times(-1));
      case EQ -> equal(difference, BinaryOp.EQ);
      case NE -> equal(difference, BinaryOp.NE);
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR ->
          throw new IllegalStateException(op + " is no comparison");
    };
  }

  /** What bounds alone decide; null for nothing. */
  static @Nullable Expr byBounds(BinaryOp op, ConstBounds x, ConstBounds y) {
    boolean less = x.max() != ConstBounds.POS_INF && x.max() < y.min();
    boolean greater = y.max() != ConstBounds.POS_INF && y.max() < x.min();
    boolean lessEqual = x.max() != ConstBounds.POS_INF && x.max() <= y.min();
    boolean greaterEqual = y.max() != ConstBounds.POS_INF && y.max() <= x.min();
    return switch (op) {
      case LT -> less ? Expr.bool(true) : greaterEqual ? Expr.bool(false) : null;
      case LE -> lessEqual ? Expr.bool(true) : greater ? Expr.bool(false) : null;
      case GT -> greater ? Expr.bool(true) : lessEqual ? Expr.bool(false) : null;
      case GE -> greaterEqual ? Expr.bool(true) : less ? Expr.bool(false) : null;
      case EQ -> less || greater ? Expr.bool(false) : null;
      case NE -> less || greater ? Expr.bool(true) : null;
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR -> null;
    };
  }

  /** {@code sum >= 0}. */
  private Expr nonNegative(Sum sum) {
    if (analyzer.prover().nonNegative(sum)) {
      return Expr.bool(true);
    }
    if (analyzer.prover().nonNegative(sum.times(-1).plus(-1))) {
      return Expr.bool(false);
    }
    Sum reduced = reduced(sum);
    if (!reduced.equals(sum)) {
      return nonNegative(reduced);
    }
    return written(reduced);
  }

  /** A sum with smaller numbers that is at least 0 in the same cases. */
  private Sum reduced(Sum sum) {
    // g*G + L >= 0 is G + L // g >= 0; where L // g is one number, L is gone
    Cut cut = cut(sum);
    if (cut != null) {
      return cut.multiple();
    }
    if (sum.terms().size() == 1 && sum.terms().get(0).isSingle()) {
      Term term = sum.terms().get(0);
      Split digit = term.first();
      if (digit.lower() > 1 && digit.upper() == Split.INF && Math.abs(term.scale()) == 1) {
        // x // l + c >= 0 is x + c*l >= 0; c - x // l >= 0 is c*l + l-1 - x >= 0
        Sum index = analyzer.toSum(digit.index());
        long base = Math.multiplyExact(sum.base(), digit.lower());
        return term.scale() > 0
            ? index.plus(base)
            : index.times(-1).plus(Math.addExact(base, digit.lower() - 1));
      }
    }
    return sum;
  }

  /** {@code sum = step * multiple' + low} with low in one step: the quotient, and what is left. */
  private record Cut(long step, Sum multiple, Sum low) {}

  private @Nullable Cut cut(Sum sum) {
    TreeSet<Long> steps = new TreeSet<>();
    for (Term term : sum.terms()) {
      steps.add(Math.absExact(term.scale()));
    }
    steps.add(sum.scaleGcd());
    for (long step : steps.descendingSet()) {
      if (step <= 1) {
        break;
      }
      List<Term> multiple = new ArrayList<>();
      List<Term> low = new ArrayList<>();
      for (Term term : sum.terms()) {
        (term.scale() % step == 0 ? multiple : low).add(term);
      }
      Sum rest = new Sum(sum.dtype(), low, sum.base());
      ConstBounds bounds = analyzer.boundsOf(rest);
      if (!bounds.isFinite()) {
        continue;
      }
      long q = Math.floorDiv(bounds.min(), step);
      if (q == Math.floorDiv(bounds.max(), step)) {
        Sum quotient = new Sum(sum.dtype(), multiple, 0).dividedBy(step).plus(q);
        return new Cut(step, quotient, rest.plus(-Math.multiplyExact(q, step)));
      }
    }
    return null;
  }

  /** {@code sum == 0} or {@code sum != 0}. */
  private Expr equal(Sum sum, BinaryOp op) {
    boolean eq = op == BinaryOp.EQ;
    if (sum.isConstant()) {
      return Expr.bool((sum.base() == 0) == eq);
    }
    ModularSet modular = analyzer.modularOf(sum);
    boolean never =
        (modular.coeff() > 1 && modular.base() != 0)
            || (modular.coeff() == 0 && modular.base() != 0)
            || analyzer.prover().nonNegative(sum.plus(-1))
            || analyzer.prover().nonNegative(sum.times(-1).plus(-1));
    if (never) {
      return Expr.bool(!eq);
    }
    if (analyzer.boundsOf(sum).equals(ConstBounds.point(0))) {
      return Expr.bool(eq);
    }
    if (!analyzer.context().nonNegative.isEmpty()
        && analyzer.prover().nonNegative(sum)
        && analyzer.prover().nonNegative(sum.times(-1))) {
      return Expr.bool(eq);
    }
    Cut cut = cut(sum);
    if (cut != null && cut.low().isConstant()) {
      return cut.low().base() != 0 ? Expr.bool(!eq) : equal(cut.multiple(), op);
    }
    Sum oriented = orientation(sum);
    DType dtype = sum.dtype();
    List<Term> left = new ArrayList<>();
    List<Term> right = new ArrayList<>();
    for (Term term : oriented.terms()) {
      (term.scale() > 0 ? left : right).add(term);
    }
    long base = oriented.base();
    Sum l = new Sum(dtype, left, right.isEmpty() ? 0 : Math.max(base, 0));
    Sum r = new Sum(dtype, right, 0).times(-1).plus(right.isEmpty() ? -base : Math.max(-base, 0));
    return new Expr.Binary(op, analyzer.print(l), analyzer.print(r));
  }

  /** The sum or its negative: the one whose first term, in the order of names, is positive. */
  private static Sum orientation(Sum sum) {
    Term first = sum.terms().get(0);
    for (Term term : sum.terms()) {
      if (TermOrder.compareFactors(term.factors(), first.factors()) < 0) {
        first = term;
      }
    }
    return first.scale() > 0 ? sum : sum.times(-1);
  }

  private Expr written(Sum sum) {
    DType dtype = sum.dtype();
    List<Term> positive = new ArrayList<>();
    List<Term> negative = new ArrayList<>();
    for (Term term : sum.terms()) {
      (term.scale() > 0 ? positive : negative).add(term);
    }
    Sum high = new Sum(dtype, positive, 0);
    Sum low = new Sum(dtype, negative, 0).times(-1);
    long base = sum.base();
    if (negative.isEmpty()) {
      return binary(BinaryOp.LE, Sum.constant(dtype, Math.negateExact(base)), high);
    }
    if (positive.isEmpty()) {
      boolean last = base == ConstBounds.of(dtype).max();
      return last
          ? binary(BinaryOp.LE, low, Sum.constant(dtype, base))
          : binary(BinaryOp.LT, low, Sum.constant(dtype, base + 1));
    }
    return base >= 0
        ? binary(BinaryOp.LE, low, high.plus(base))
        : binary(BinaryOp.LT, low.plus(Math.negateExact(base + 1)), high);
  }

  private Expr binary(BinaryOp op, Sum a, Sum b) {
    return new Expr.Binary(op, analyzer.print(a), analyzer.print(b));
  }
}
