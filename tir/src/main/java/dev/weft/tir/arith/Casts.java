package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;

/** Conversions between int32 and int64 on canonical sums: they are moved to the atoms. */
final class Casts {
  private Casts() {}

  /** To a type at least as wide, of a sum that doesn't overflow. */
  static Sum widened(Analyzer analyzer, Sum sum, DType dtype) {
    List<Term> terms = new ArrayList<>(sum.terms().size());
    for (Term term : sum.terms()) {
      List<Split> factors = new ArrayList<>(term.factors().size());
      for (Split factor : term.factors()) {
        factors.add(
            new Split(converted(analyzer, factor.index(), dtype), factor.lower(), factor.upper()));
      }
      factors.sort(TermOrder.SPLITS);
      terms.add(new Term(List.copyOf(factors), term.scale()));
    }
    return analyzer.sums().of(dtype, terms, sum.base());
  }

  private static Expr converted(Analyzer analyzer, Expr atom, DType dtype) {
    boolean roundTrip =
        atom instanceof Expr.Cast(var narrow, var inner)
            && inner.dtype().equals(dtype)
            && analyzer.boundsOf(inner).within(ConstBounds.of(narrow));
    return roundTrip && atom instanceof Expr.Cast c ? c.value() : Expr.cast(dtype, atom);
  }

  /** To a narrower type: only what was widened before is undone. */
  static Sum narrowed(Analyzer analyzer, Sum sum, DType dtype) {
    List<Term> terms = new ArrayList<>(sum.terms().size());
    for (Term term : sum.terms()) {
      List<Split> factors = new ArrayList<>(term.factors().size());
      for (Split factor : term.factors()) {
        if (!(factor.index() instanceof Expr.Cast(var wide, var inner)
            && inner.dtype().equals(dtype))) {
          return Sum.atom(Expr.cast(dtype, analyzer.print(sum)));
        }
        factors.add(new Split(inner, factor.lower(), factor.upper()));
      }
      factors.sort(TermOrder.SPLITS);
      terms.add(new Term(List.copyOf(factors), term.scale()));
    }
    if (SumPrinter.fits(sum, dtype)) {
      return analyzer.sums().of(dtype, terms, sum.base());
    }
    return Sum.atom(Expr.cast(dtype, analyzer.print(sum)));
  }
}
