package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Floor division and its remainder on canonical sums. */
final class Division {
  private final Analyzer analyzer;

  Division(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  /**
   * {@code sum = divisor * quotient + step * inner + low} with {@code 0 <= low < step} and step a
   * divisor of the divisor. So the division is {@code quotient + inner // (divisor / step)}, the
   * remainder {@code inner mod (divisor / step) * step + low}.
   */
  record Parts(Sum quotient, Sum inner, long step, Sum low) {}

  Sum floorDiv(Sum sum, long divisor) {
    if (divisor < 0) {
      return floorDiv(sum.times(-1), Math.negateExact(divisor));
    }
    if (divisor == 1) {
      return sum;
    }
    if (divisor == 0 || analyzer.mayWrap(sum)) {
      return opaque(BinaryOp.FLOOR_DIV, sum, Sum.constant(sum.dtype(), divisor));
    }
    Parts parts = decompose(sum, divisor);
    long rest = divisor / parts.step();
    Sum inner =
        rest == 1
            ? parts.inner()
            : parts.step() > 1 ? floorDiv(parts.inner(), rest) : digitDiv(parts.inner(), rest);
    return analyzer.sums().add(parts.quotient(), inner);
  }

  Sum floorMod(Sum sum, long divisor) {
    if (divisor < 0) {
      return floorMod(sum.times(-1), Math.negateExact(divisor)).times(-1);
    }
    if (divisor == 1) {
      return Sum.constant(sum.dtype(), 0);
    }
    if (divisor == 0 || analyzer.mayWrap(sum)) {
      return opaque(BinaryOp.FLOOR_MOD, sum, Sum.constant(sum.dtype(), divisor));
    }
    ModularSet modular = analyzer.modularOf(sum);
    if (modular.fixes(divisor)) {
      return Sum.constant(sum.dtype(), Math.floorMod(modular.base(), divisor));
    }
    Parts parts = decompose(sum, divisor);
    long rest = divisor / parts.step();
    if (rest == 1) {
      return parts.low();
    }
    Sum inner = parts.step() > 1 ? floorMod(parts.inner(), rest) : digitMod(parts.inner(), rest);
    return analyzer.sums().addScaled(parts.low(), inner, parts.step());
  }

  private Parts decompose(Sum sum, long divisor) {
    List<Term> whole = new ArrayList<>();
    List<Term> rest = new ArrayList<>();
    for (Term term : sum.terms()) {
      if (term.scale() % divisor == 0) {
        whole.add(term.withScale(term.scale() / divisor));
      } else {
        rest.add(term);
      }
    }
    Sum quotient = new Sum(sum.dtype(), sorted(whole), Math.floorDiv(sum.base(), divisor));
    Sum remainder = new Sum(sum.dtype(), sorted(rest), Math.floorMod(sum.base(), divisor));
    TreeSet<Long> steps = new TreeSet<>();
    steps.add(divisor);
    for (Term term : rest) {
      steps.add(ModularSet.gcd(term.scale(), divisor));
    }
    for (long step : steps.descendingSet()) {
      if (step == 1) {
        break;
      }
      List<Term> multiple = new ArrayList<>();
      List<Term> low = new ArrayList<>();
      for (Term term : remainder.terms()) {
        (term.scale() % step == 0 ? multiple : low).add(term);
      }
      Sum lowSum = new Sum(sum.dtype(), low, remainder.base());
      ConstBounds bounds = analyzer.boundsOf(lowSum);
      if (!bounds.isFinite()) {
        continue;
      }
      long q = Math.floorDiv(bounds.min(), step);
      if (q != Math.floorDiv(bounds.max(), step)) {
        continue;
      }
      Sum inner = new Sum(sum.dtype(), multiple, Math.multiplyExact(q, step)).dividedBy(step);
      Sum lowest = lowSum.plus(Math.negateExact(Math.multiplyExact(q, step)));
      return step == divisor
          ? new Parts(quotient.plus(q), Sum.constant(sum.dtype(), 0), step, lowest)
          : new Parts(quotient, inner, step, lowest);
    }
    return new Parts(quotient, remainder, 1, Sum.constant(sum.dtype(), 0));
  }

  private static List<Term> sorted(List<Term> terms) {
    terms.sort(TermOrder.INSTANCE);
    return terms;
  }

  /** The division where nothing can be taken out of the sum any more. */
  private Sum digitDiv(Sum sum, long divisor) {
    Split digit = soleDigit(sum);
    if (digit != null && sum.base() == 0) {
      long lower = Math.multiplyExact(digit.lower(), divisor);
      if (digit.upper() == Split.INF || digit.upper() % lower == 0) {
        return digit(sum, new Split(digit.index(), lower, digit.upper()));
      }
    } else if (digit != null && digit.upper() == Split.INF && digit.lower() > 1) {
      // (x // l + b) // c is (x + b*l) // (c*l)
      Sum moved = analyzer.toSum(digit.index()).plus(Math.multiplyExact(sum.base(), digit.lower()));
      return floorDiv(moved, Math.multiplyExact(digit.lower(), divisor));
    }
    Split carried = sum.terms().size() == 1 ? lowDigits(sum.terms().get(0)) : null;
    if (carried != null && carried.upper() % divisor == 0) {
      // (x%u + b) // c is (x + b)//c - x//u*(u/c): differences of quotients have one form.
      Sum whole = analyzer.toSum(carried.index());
      Sum quotient = floorDiv(whole.plus(sum.base()), divisor);
      Sum taken = floorDiv(whole, carried.upper());
      return analyzer.sums().addScaled(quotient, taken, -(carried.upper() / divisor));
    }
    return digit(sum, new Split(analyzer.print(sum), divisor, Split.INF));
  }

  /** The digit {@code x % u}, where a term is just that. */
  private static @org.jspecify.annotations.Nullable Split lowDigits(Term term) {
    boolean low =
        term.isSingle()
            && term.scale() == 1
            && term.first().lower() == 1
            && term.first().upper() != Split.INF;
    return low ? term.first() : null;
  }

  /** The remainder where nothing can be taken out of the sum any more. */
  private Sum digitMod(Sum sum, long divisor) {
    Split digit = soleDigit(sum);
    if (digit != null && sum.base() == 0) {
      long upper = Math.multiplyExact(digit.lower(), divisor);
      if (digit.upper() == Split.INF || digit.upper() % upper == 0) {
        return digit(sum, new Split(digit.index(), digit.lower(), upper));
      }
    } else if (digit != null && digit.upper() == Split.INF && digit.lower() > 1) {
      Sum moved = analyzer.toSum(digit.index()).plus(Math.multiplyExact(sum.base(), digit.lower()));
      return floorDiv(floorMod(moved, Math.multiplyExact(digit.lower(), divisor)), digit.lower());
    }
    return digit(sum, new Split(analyzer.print(sum), 1, divisor));
  }

  private static @org.jspecify.annotations.Nullable Split soleDigit(Sum sum) {
    if (sum.terms().size() == 1) {
      Term term = sum.terms().get(0);
      if (term.isSingle() && term.scale() == 1) {
        return term.first();
      }
    }
    return null;
  }

  /** A digit, or what it is known to be. */
  private Sum digit(Sum like, Split wanted) {
    Split split = wanted;
    ConstBounds bounds = analyzer.boundsOf(split.index());
    long shift = 0;
    if (split.upper() != Split.INF && bounds.isFinite()) {
      long q = Math.floorDiv(bounds.min(), split.upper());
      if (q == Math.floorDiv(bounds.max(), split.upper())) {
        shift = Math.multiplyExact(q, split.upper() / split.lower());
        split = new Split(split.index(), split.lower(), Split.INF);
      }
    }
    ConstBounds value = split.bounds(bounds);
    if (value.isPoint()) {
      return Sum.constant(like.dtype(), value.min() - shift);
    }
    ModularSet residue = split.modular(analyzer.modularOf(split.index()));
    if (residue.coeff() == 0) {
      return Sum.constant(like.dtype(), residue.base() - shift);
    }
    if (split.isWhole()) {
      return analyzer.toSum(split.index()).plus(-shift);
    }
    return Sum.of(like.dtype(), Term.of(split, 1)).plus(-shift);
  }

  // Divisors that are not constants.

  Sum floorDiv(Sum sum, Sum divisor) {
    if (divisor.isConstant()) {
      return floorDiv(sum, divisor.base());
    }
    if (analyzer.mayWrap(sum) || analyzer.mayWrap(divisor)) {
      return opaque(BinaryOp.FLOOR_DIV, sum, divisor);
    }
    Sum quotient = exactMultiples(sum, divisor);
    Sum rest = analyzer.sums().sub(sum, analyzer.sums().mul(quotient, divisor));
    if (rest.isConstant(0) || inRange(rest, divisor)) {
      return quotient;
    }
    if (divisor.terms().size() > 1 || divisor.base() != 0) {
      return opaque(BinaryOp.FLOOR_DIV, sum, divisor);
    }
    return analyzer.sums().add(quotient, opaque(BinaryOp.FLOOR_DIV, rest, divisor));
  }

  Sum floorMod(Sum sum, Sum divisor) {
    if (divisor.isConstant()) {
      return floorMod(sum, divisor.base());
    }
    if (analyzer.mayWrap(sum) || analyzer.mayWrap(divisor)) {
      return opaque(BinaryOp.FLOOR_MOD, sum, divisor);
    }
    Sum quotient = exactMultiples(sum, divisor);
    Sum rest = analyzer.sums().sub(sum, analyzer.sums().mul(quotient, divisor));
    if (rest.isConstant(0) || inRange(rest, divisor)) {
      return rest;
    }
    if (divisor.terms().size() > 1 || divisor.base() != 0) {
      return opaque(BinaryOp.FLOOR_MOD, sum, divisor);
    }
    return opaque(BinaryOp.FLOOR_MOD, rest, divisor);
  }

  private boolean inRange(Sum rest, Sum divisor) {
    return analyzer.prover().nonNegative(rest)
        && analyzer.prover().nonNegative(analyzer.sums().sub(divisor, rest).plus(-1));
  }

  /** The quotient of those terms that contain the divisor's first term. */
  private Sum exactMultiples(Sum sum, Sum divisor) {
    Term lead = divisor.terms().get(0);
    List<Term> quotient = new ArrayList<>();
    long base = 0;
    for (Term term : sum.terms()) {
      if (term.scale() % lead.scale() != 0) {
        continue;
      }
      List<Split> factors = new ArrayList<>(term.factors());
      boolean divides = true;
      for (Split factor : lead.factors()) {
        divides &= factors.remove(factor);
      }
      if (!divides) {
        continue;
      }
      long scale = term.scale() / lead.scale();
      if (factors.isEmpty()) {
        base = Math.addExact(base, scale);
      } else {
        quotient.add(new Term(List.copyOf(factors), scale));
      }
    }
    return analyzer.sums().of(sum.dtype(), quotient, base);
  }

  Sum opaque(BinaryOp op, Sum a, Sum b) {
    return Sum.atom(new Expr.Binary(op, analyzer.print(a), analyzer.print(b)));
  }
}
