package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * The canonical form of an integer expression: a sum of {@link Term}s, each with other factors, and
 * a constant.
 *
 * @param dtype int32 or int64
 * @param terms in the order of {@link TermOrder}
 * @param base the constant
 */
record Sum(DType dtype, List<Term> terms, long base) {
  static Sum constant(DType dtype, long value) {
    return new Sum(dtype, List.of(), value);
  }

  static Sum of(DType dtype, Term term) {
    return new Sum(dtype, List.of(term), 0);
  }

  static Sum atom(Expr e) {
    return of(e.dtype(), Term.of(Split.whole(e), 1));
  }

  boolean isConstant() {
    return terms.isEmpty();
  }

  boolean isConstant(long value) {
    return terms.isEmpty() && base == value;
  }

  Sum plus(long value) {
    return value == 0 ? this : new Sum(dtype, terms, Math.addExact(base, value));
  }

  Sum withoutBase() {
    return base == 0 ? this : new Sum(dtype, terms, 0);
  }

  /** The sum multiplied by a number; throws ArithmeticException on overflow. */
  Sum times(long value) {
    if (value == 1) {
      return this;
    }
    if (value == 0) {
      return constant(dtype, 0);
    }
    List<Term> scaled = new ArrayList<>(terms.size());
    for (Term term : terms) {
      scaled.add(term.withScale(Math.multiplyExact(term.scale(), value)));
    }
    if (value < 0) {
      scaled.sort(TermOrder.INSTANCE);
    }
    return new Sum(dtype, scaled, Math.multiplyExact(base, value));
  }

  /** The sum divided by a number that divides every scale and the base. */
  Sum dividedBy(long value) {
    if (value == 1) {
      return this;
    }
    List<Term> divided = new ArrayList<>(terms.size());
    for (Term term : terms) {
      divided.add(term.withScale(term.scale() / value));
    }
    return new Sum(dtype, divided, base / value);
  }

  /** The greatest common divisor of the scales; 0 for a constant. */
  long scaleGcd() {
    long g = 0;
    for (Term term : terms) {
      g = ModularSet.gcd(g, term.scale());
    }
    return g;
  }

  /** The digit, where the sum is just that. */
  boolean isSingleSplit() {
    return base == 0 && terms.size() == 1 && terms.get(0).isSingle() && terms.get(0).scale() == 1;
  }
}
