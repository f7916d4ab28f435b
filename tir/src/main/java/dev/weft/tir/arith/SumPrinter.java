package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Canonical sums as expressions: {@code a - b} for negative scales, common factors taken out. */
final class SumPrinter {
  private SumPrinter() {}

  /** The expression; throws ArithmeticException if a number in it does not fit the type. */
  static Expr print(Sum sum) {
    DType dtype = sum.dtype();
    List<Term> terms = new ArrayList<>(sum.terms());
    Expr result = null;
    Split common = commonFactor(terms);
    Expr negativeGroup = null;
    if (common != null) {
      Sum inner = takeOut(common, terms, dtype);
      boolean negative = inner.terms().stream().allMatch(t -> t.scale() < 0) && inner.base() <= 0;
      Expr group = Expr.mul(print(negative ? inner.times(-1) : inner), common.toExpr());
      if (negative) {
        negativeGroup = group;
      } else {
        result = group;
      }
    }
    long base = sum.base();
    boolean anyPositive = result != null || terms.stream().anyMatch(t -> t.scale() > 0);
    if (!anyPositive && base > 0) {
      result = number(dtype, base);
      base = 0;
    }
    for (Term term : terms) {
      boolean negative = term.scale() < 0;
      if (result == null) {
        result = product(dtype, term.factors(), term.scale());
      } else {
        Expr p = product(dtype, term.factors(), Math.absExact(term.scale()));
        result = negative ? Expr.sub(result, p) : Expr.add(result, p);
      }
    }
    if (negativeGroup != null) {
      result =
          result == null
              ? Expr.mul(negativeGroup, number(dtype, -1))
              : Expr.sub(result, negativeGroup);
    }
    if (result == null) {
      return number(dtype, base);
    }
    if (base == 0) {
      return result;
    }
    return base < 0 && base != Long.MIN_VALUE
        ? Expr.sub(result, number(dtype, -base))
        : Expr.add(result, number(dtype, base));
  }

  private static Expr product(DType dtype, List<Split> factors, long scale) {
    Expr e = factors.get(0).toExpr();
    for (int i = 1; i < factors.size(); i++) {
      e = new Expr.Binary(dev.weft.tir.BinaryOp.MUL, e, factors.get(i).toExpr());
    }
    return scale == 1 ? e : Expr.mul(e, number(dtype, scale));
  }

  /** Whether every number of the sum is one of the type. */
  static boolean fits(Sum sum, DType dtype) {
    ConstBounds range = ConstBounds.of(dtype);
    return ConstBounds.point(sum.base()).within(range)
        && sum.terms().stream().allMatch(t -> ConstBounds.point(t.scale()).within(range));
  }

  static Expr number(DType dtype, long value) {
    Expr.IntImm imm = new Expr.IntImm(dtype, value);
    if (imm.value() != value) {
      throw new ArithmeticException(value + " does not fit " + dtype);
    }
    return imm;
  }

  /** The factor that most terms share, where products share one at all. */
  private static @Nullable Split commonFactor(List<Term> terms) {
    if (terms.stream().allMatch(Term::isSingle)) {
      return null;
    }
    Map<Split, Integer> count = new LinkedHashMap<>();
    for (Term term : terms) {
      term.factors().stream().distinct().forEach(f -> count.merge(f, 1, Integer::sum));
    }
    Split best = null;
    int most = 1;
    for (Map.Entry<Split, Integer> entry : count.entrySet()) {
      if (entry.getValue() > most
          || (best != null
              && entry.getValue() == most
              && TermOrder.SPLITS.compare(entry.getKey(), best) < 0)) {
        best = entry.getKey();
        most = entry.getValue();
      }
    }
    return best;
  }

  /** Removes the terms with the factor, and gives them without it. */
  private static Sum takeOut(Split factor, List<Term> terms, DType dtype) {
    List<Term> inner = new ArrayList<>();
    List<Term> outer = new ArrayList<>();
    long base = 0;
    for (Term term : terms) {
      List<Split> factors = new ArrayList<>(term.factors());
      if (!factors.remove(factor)) {
        outer.add(term);
      } else if (factors.isEmpty()) {
        base = term.scale();
      } else {
        inner.add(new Term(List.copyOf(factors), term.scale()));
      }
    }
    terms.clear();
    terms.addAll(outer);
    inner.sort(TermOrder.INSTANCE);
    return new Sum(dtype, inner, base);
  }
}
