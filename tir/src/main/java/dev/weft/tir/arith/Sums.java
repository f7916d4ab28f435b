package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums, differences and products of canonical sums. */
final class Sums {
  /** Products of more terms than this are not multiplied out. */
  private static final int MAX_PRODUCT_TERMS = 24;

  private final Analyzer analyzer;

  Sums(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  Sum add(Sum a, Sum b) {
    return addScaled(a, b, 1);
  }

  Sum sub(Sum a, Sum b) {
    return addScaled(a, b, -1);
  }

  /** {@code a + b * k}. */
  Sum addScaled(Sum a, Sum b, long k) {
    if (b.isConstant() || k == 0) {
      return a.plus(Math.multiplyExact(b.base(), k));
    }
    if (a.isConstant()) {
      return b.times(k).plus(a.base());
    }
    Map<List<Split>, Long> scales = new LinkedHashMap<>();
    accumulate(scales, a, 1);
    accumulate(scales, b, k);
    long base = Math.addExact(a.base(), Math.multiplyExact(b.base(), k));
    return analyzer.digits().merge(a.dtype(), scales, base);
  }

  static void accumulate(Map<List<Split>, Long> scales, Sum sum, long k) {
    for (Term term : sum.terms()) {
      add(scales, term.factors(), Math.multiplyExact(term.scale(), k));
    }
  }

  static void add(Map<List<Split>, Long> scales, List<Split> factors, long scale) {
    long total = Math.addExact(scales.getOrDefault(factors, 0L), scale);
    if (total == 0) {
      scales.remove(factors);
    } else {
      scales.put(factors, total);
    }
  }

  Sum mul(Sum a, Sum b) {
    if (b.isConstant()) {
      return a.times(b.base());
    }
    if (a.isConstant()) {
      return b.times(a.base());
    }
    if ((a.terms().size() + 1) * (b.terms().size() + 1) > MAX_PRODUCT_TERMS) {
      Expr x = analyzer.print(a);
      Expr y = analyzer.print(b);
      boolean swap = TermOrder.compareExprs(x, y) > 0;
      return Sum.atom(new Expr.Binary(BinaryOp.MUL, swap ? y : x, swap ? x : y));
    }
    Map<List<Split>, Long> scales = new LinkedHashMap<>();
    for (Term x : a.terms()) {
      for (Term y : b.terms()) {
        add(scales, product(x.factors(), y.factors()), Math.multiplyExact(x.scale(), y.scale()));
      }
    }
    accumulate(scales, a.withoutBase(), b.base());
    accumulate(scales, b.withoutBase(), a.base());
    long base = Math.multiplyExact(a.base(), b.base());
    return analyzer.digits().merge(a.dtype(), scales, base);
  }

  private static List<Split> product(List<Split> x, List<Split> y) {
    List<Split> factors = new ArrayList<>(x);
    factors.addAll(y);
    factors.sort(TermOrder.SPLITS);
    return List.copyOf(factors);
  }

  /** The sum of these terms. */
  Sum of(DType dtype, List<Term> terms, long base) {
    Map<List<Split>, Long> scales = new LinkedHashMap<>();
    for (Term term : terms) {
      add(scales, term.factors(), term.scale());
    }
    return analyzer.digits().merge(dtype, scales, base);
  }
}
