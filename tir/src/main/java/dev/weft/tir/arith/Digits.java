package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Puts the digits of one index together: {@code x//4*4 + x%4} is {@code x}, {@code x - x%4} is
 * {@code x//4*4}. All digits of an index are cut at the same points, which makes their scales
 * unique, and neighbours whose scales continue each other are joined.
 */
final class Digits {
  private static final int MAX_ROUNDS = 4;

  private final Analyzer analyzer;

  Digits(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  /** The sum of the products; {@code scales} is used up. */
  Sum merge(DType dtype, Map<List<Split>, Long> scales, long base) {
    long[] constant = {base};
    boolean changed = true;
    for (int round = 0; changed && round < MAX_ROUNDS; round++) {
      changed = false;
      if (hasDigits(scales)) {
        changed = joinDigits(scales, constant);
      }
      changed |= joinSymbolic(scales, constant);
    }
    List<Term> terms = new ArrayList<>(scales.size());
    scales.forEach((factors, scale) -> terms.add(new Term(factors, scale)));
    terms.sort(TermOrder.INSTANCE);
    return new Sum(dtype, List.copyOf(terms), constant[0]);
  }

  private static boolean hasDigits(Map<List<Split>, Long> scales) {
    for (List<Split> factors : scales.keySet()) {
      if (factors.size() == 1 && !factors.get(0).isWhole()) {
        return true;
      }
    }
    return false;
  }

  private boolean joinDigits(Map<List<Split>, Long> scales, long[] constant) {
    Map<Expr, List<Split>> groups = new LinkedHashMap<>();
    for (List<Split> factors : scales.keySet()) {
      if (factors.size() == 1) {
        Split digit = factors.get(0);
        groups.computeIfAbsent(digit.index(), k -> new ArrayList<>()).add(digit);
      }
    }
    boolean changed = false;
    for (Map.Entry<Expr, List<Split>> group : groups.entrySet()) {
      List<Split> digits = group.getValue();
      if (digits.stream().allMatch(Split::isWhole)) {
        continue;
      }
      if (isSum(group.getKey())) {
        absorb(group.getKey(), digits, scales, constant);
      }
      if (digits.size() > 1) {
        changed |= recut(group.getKey(), digits, scales, constant);
      }
    }
    return changed;
  }

  private static boolean isSum(Expr index) {
    return index instanceof Expr.Binary(var op, var a, var b)
        && (op == BinaryOp.ADD
            || op == BinaryOp.SUB
            || op == BinaryOp.MUL
            || op == BinaryOp.FLOOR_DIV
            || op == BinaryOp.FLOOR_MOD);
  }

  /** Finds a multiple of the whole index among the other terms and makes it a digit. */
  private void absorb(
      Expr index, List<Split> digits, Map<List<Split>, Long> scales, long[] constant) {
    Sum sum = analyzer.toSum(index);
    for (Split digit : List.copyOf(digits)) {
      Long scale = scales.get(List.of(digit));
      if (scale == null) {
        continue;
      }
      boolean top = digit.upper() == Split.INF;
      if (top && scale % digit.lower() != 0) {
        continue;
      }
      long k = top ? -(scale / digit.lower()) : digit.lower() == 1 ? -scale : 0;
      if (k == 0 || !contains(scales, sum, k)) {
        continue;
      }
      Sums.accumulate(scales, sum, Math.negateExact(k));
      constant[0] = Math.subtractExact(constant[0], Math.multiplyExact(sum.base(), k));
      Split whole = Split.whole(index);
      Sums.add(scales, List.of(whole), k);
      digits.add(whole);
      return;
    }
  }

  private static boolean contains(Map<List<Split>, Long> scales, Sum sum, long k) {
    for (Term term : sum.terms()) {
      Long scale = scales.get(term.factors());
      if (scale == null || scale != term.scale() * k) {
        return false;
      }
    }
    return true;
  }

  /** Cuts the digits at common points and joins neighbours again. */
  private boolean recut(
      Expr index, List<Split> digits, Map<List<Split>, Long> scales, long[] constant) {
    TreeSet<Long> cuts = new TreeSet<>();
    for (Split digit : digits) {
      cuts.add(digit.lower());
      cuts.add(digit.upper());
    }
    long[] at = cuts.stream().mapToLong(Long::longValue).toArray();
    for (int i = 0; i + 1 < at.length; i++) {
      if (at[i + 1] != Split.INF && at[i + 1] % at[i] != 0) {
        return false; // mixed radices, such as x%4 and x%6
      }
    }
    int n = at.length - 1;
    long[] scale = new long[n];
    for (Split digit : digits) {
      Long s = scales.remove(List.of(digit));
      for (int i = 0; s != null && i < n; i++) {
        if (at[i] >= digit.lower() && at[i] < digit.upper()) {
          long part = Math.multiplyExact(s, at[i] / digit.lower());
          scale[i] = Math.addExact(scale[i], part);
        }
      }
    }
    releaseKnown(index, at, scale, constant);
    boolean expanded = false;
    for (int i = 0; i < n; i++) {
      int j = i;
      while (j + 1 < n && scale[j + 1] == Math.multiplyExact(scale[j], at[j + 1] / at[j])) {
        j++;
      }
      if (scale[i] != 0) {
        expanded |= emit(new Split(index, at[i], at[j + 1]), scale[i], scales, constant);
      }
      i = j;
    }
    return expanded;
  }

  /** A digit whose value is known may have any scale: takes the one that joins it to another. */
  private void releaseKnown(Expr index, long[] at, long[] scale, long[] constant) {
    int n = scale.length;
    ConstBounds bounds = analyzer.boundsOf(index);
    ModularSet modular = analyzer.modularOf(index);
    for (int i = 0; i < n; i++) {
      Split digit = new Split(index, at[i], at[i + 1]);
      ConstBounds value = digit.bounds(bounds);
      ModularSet residue = digit.modular(modular);
      boolean known = value.isPoint() || residue.coeff() == 0;
      if (!known) {
        continue;
      }
      long v = value.isPoint() ? value.min() : residue.base();
      constant[0] = Math.addExact(constant[0], Math.multiplyExact(scale[i], v));
      long joined = 0;
      if (i > 0 && scale[i - 1] != 0) {
        joined = Math.multiplyExact(scale[i - 1], at[i] / at[i - 1]);
      } else if (i + 1 < n && scale[i + 1] % (at[i + 1] / at[i]) == 0) {
        joined = scale[i + 1] / (at[i + 1] / at[i]);
      }
      constant[0] = Math.subtractExact(constant[0], Math.multiplyExact(joined, v));
      scale[i] = joined;
    }
  }

  /** Adds a digit in the form that dividing its index gives; true if that is another form. */
  private boolean emit(Split digit, long scale, Map<List<Split>, Long> scales, long[] constant) {
    Sum sum = analyzer.toSum(digit.index());
    if (digit.upper() != Split.INF) {
      sum = analyzer.division().floorMod(sum, digit.upper());
    }
    sum = analyzer.division().floorDiv(sum, digit.lower());
    Sums.accumulate(scales, sum, scale);
    constant[0] = Math.addExact(constant[0], Math.multiplyExact(sum.base(), scale));
    return !(sum.isSingleSplit() && sum.terms().get(0).first().equals(digit));
  }

  /** {@code x//n*n + x%n} is {@code x} for a divisor that is not a constant. */
  private boolean joinSymbolic(Map<List<Split>, Long> scales, long[] constant) {
    for (Map.Entry<List<Split>, Long> entry : scales.entrySet()) {
      List<Split> factors = entry.getKey();
      if (factors.size() == 1
          && factors.get(0).isWhole()
          && factors.get(0).index() instanceof Expr.Binary(var op, var x, var n)
          && op == BinaryOp.FLOOR_MOD) {
        Sum quotient = Sum.atom(new Expr.Binary(BinaryOp.FLOOR_DIV, x, n));
        Sum multiple = analyzer.sums().mul(quotient, analyzer.toSum(n));
        long k = entry.getValue();
        if (multiple.base() == 0 && contains(scales, multiple, k)) {
          Sums.accumulate(scales, multiple, Math.negateExact(k));
          scales.remove(factors);
          Sum whole = analyzer.toSum(x);
          Sums.accumulate(scales, whole, k);
          constant[0] = Math.addExact(constant[0], Math.multiplyExact(whole.base(), k));
          return true;
        }
      }
    }
    return false;
  }
}
