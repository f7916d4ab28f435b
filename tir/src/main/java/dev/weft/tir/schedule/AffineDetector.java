package dev.weft.tir.schedule;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.AffineMap.Digit;
import dev.weft.tir.schedule.AffineMap.Level;
import dev.weft.tir.schedule.AffineMap.Mark;
import dev.weft.tir.schedule.AffineMap.Sum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds {@link AffineMap}s: takes expressions apart into digits, then checks how these are used.
 */
final class AffineDetector {
  private final Map<Var, Sum> vars = new HashMap<>();
  private final List<Mark> loops = new ArrayList<>();
  private final List<Mark> constrained = new ArrayList<>();
  private final Map<List<Digit>, Mark> fused = new LinkedHashMap<>();
  private final Analyzer analyzer;
  private final boolean clipping;
  private final boolean dependent;

  /**
   * @param ranges the loops
   * @param clipping whether a predicate may leave a number of values that depends on fixed
   *     variables, {@code min(4, n - i * 4)}, and perhaps none
   * @param analyzer what is known about all variables
   */
  AffineDetector(Map<Var, Range> ranges, boolean clipping, Analyzer analyzer) {
    this.analyzer = analyzer;
    this.clipping = clipping;
    this.dependent =
        ranges.values().stream()
            .anyMatch(
                range ->
                    Vars.usesAny(range.min(), ranges.keySet())
                        || Vars.usesAny(range.extent(), ranges.keySet()));
    ranges.forEach(
        (var, range) -> {
          Expr extent = analyzer.simplify(range.extent());
          if (extent.isConst(1)) {
            vars.put(var, constant(range.min()));
            return;
          }
          Expr start = range.min().isConst(0) ? null : range.min();
          Mark mark = new Mark(var, start, null, extent);
          loops.add(mark);
          Expr base = start == null ? Expr.imm(var.dtype(), 0) : start;
          vars.put(var, new Sum(List.of(whole(mark)), base));
        });
  }

  private static Digit whole(Mark mark) {
    Expr one = Expr.imm(mark.extent().dtype(), 1);
    return new Digit(mark, one, mark.extent(), one);
  }

  private static Sum constant(Expr value) {
    return new Sum(List.of(), value);
  }

  @Nullable AffineMap detect(List<Expr> exprs, Expr predicate, Level level) {
    if (dependent || !constrain(predicate)) {
      return null;
    }
    List<Sum> indices = new ArrayList<>();
    for (Expr e : exprs) {
      Sum sum = sum(analyzer.simplify(e));
      Sum single = sum == null ? null : fuse(sum);
      if (single == null) {
        return null;
      }
      indices.add(single);
    }
    AffineMap map = new AffineMap(indices);
    return isIndependent(map, level) ? map : null;
  }

  // Predicates.

  private record Constraint(Sum sum, Expr end) {}

  /** Takes up the predicate; false if it is not understood. */
  private boolean constrain(Expr predicate) {
    List<Constraint> constraints = new ArrayList<>();
    for (Expr part : Vars.conjuncts(predicate)) {
      if (!Vars.usesAny(part, vars.keySet()) || analyzer.prove(part)) {
        continue;
      }
      Constraint constraint = constraint(part);
      if (constraint == null) {
        return false;
      }
      constraints.add(constraint);
    }
    constraints.sort(Comparator.comparingInt(c -> c.sum.digits().size()));
    for (Constraint constraint : constraints) {
      Sum single = fuse(constraint.sum);
      if (single == null || single.digits().size() > 1) {
        return false;
      }
      if (single.digits().isEmpty()) {
        continue;
      }
      Digit digit = single.digits().getFirst();
      if (!isPositive(digit.scale())) {
        return false;
      }
      // base + d * scale < end holds for d < ceil((end - base) / scale).
      Expr end =
          analyzer.simplify(Expr.ceilDiv(Expr.sub(constraint.end, single.base()), digit.scale()));
      if (analyzer.prove(Expr.ge(end, digit.extent()))) {
        continue;
      }
      boolean fewer =
          analyzer.prove(Expr.le(end, digit.extent()))
              && analyzer.prove(Expr.gt(end, Expr.imm(end.dtype(), 0)));
      if (!fewer) {
        // How many values are left depends on loops further out.
        if (!clipping) {
          return false;
        }
        end = Expr.min(end, Expr.cast(end.dtype(), digit.extent()));
      }
      Digit unscaled = digit.withScale(Expr.imm(digit.scale().dtype(), 1));
      Sum source = new Sum(List.of(unscaled), Expr.imm(digit.scale().dtype(), 0));
      constrained.add(new Mark(null, null, source, end));
    }
    return true;
  }

  private @Nullable Constraint constraint(Expr part) {
    if (!(part instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) || !a.dtype().isInt()) {
      return null;
    }
    // Everything as "digits < end", the side with the loops on the left.
    boolean left = Vars.usesAny(a, vars.keySet());
    if (left && Vars.usesAny(b, vars.keySet())) {
      return null;
    }
    return switch (op) {
      case LT -> left ? below(a, b) : null;
      case LE -> left ? below(a, Expr.add(b, 1)) : null;
      case GT -> left ? null : below(b, a);
      case GE -> left ? null : below(b, Expr.add(a, 1));
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, EQ, NE, AND, OR -> null;
    };
  }

  private @Nullable Constraint below(Expr value, Expr end) {
    Sum sum = sum(analyzer.simplify(value));
    return sum == null ? null : new Constraint(sum, end);
  }

  // From expressions to digits.

  private @Nullable Sum sum(Expr e) {
    if (e instanceof Var v && vars.containsKey(v)) {
      return vars.get(v);
    }
    if (!Vars.usesAny(e, vars.keySet())) {
      return constant(e);
    }
    if (e instanceof Expr.Cast(DType dtype, Expr value) && dtype.isInt() && value.dtype().isInt()) {
      return sum(value);
    }
    if (!(e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))) {
      return null;
    }
    return switch (op) {
      case ADD -> add(sum(a), sum(b));
      case SUB -> {
        Sum right = sum(b);
        yield right == null ? null : add(sum(a), scaled(right, Expr.imm(b.dtype(), -1)));
      }
      case MUL -> {
        boolean left = Vars.usesAny(a, vars.keySet());
        Sum factor = sum(left ? a : b);
        boolean both = left && Vars.usesAny(b, vars.keySet());
        yield both || factor == null ? null : scaled(factor, left ? b : a);
      }
      case FLOOR_DIV -> Vars.usesAny(b, vars.keySet()) ? null : floorDiv(sum(a), b);
      case FLOOR_MOD -> Vars.usesAny(b, vars.keySet()) ? null : floorMod(sum(a), b);
      case DIV, MOD, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> null;
    };
  }

  private @Nullable Sum add(@Nullable Sum a, @Nullable Sum b) {
    if (a == null || b == null) {
      return null;
    }
    List<Digit> digits = new ArrayList<>(a.digits());
    for (Digit more : b.digits()) {
      boolean merged = false;
      for (int i = 0; i < digits.size() && !merged; i++) {
        Digit digit = digits.get(i);
        if (digit.isSame(more)) {
          Expr scale = analyzer.simplify(Expr.add(digit.scale(), more.scale()));
          digits.remove(i);
          if (!scale.isConst(0)) {
            digits.add(i, digit.withScale(scale));
          }
          merged = true;
        }
      }
      if (!merged) {
        digits.add(more);
      }
    }
    return new Sum(digits, analyzer.simplify(Expr.add(a.base(), b.base())));
  }

  private Sum scaled(Sum sum, Expr factor) {
    if (factor.isConst(0)) {
      return constant(factor);
    }
    List<Digit> digits = new ArrayList<>();
    for (Digit digit : sum.digits()) {
      digits.add(digit.withScale(analyzer.simplify(Expr.mul(digit.scale(), factor))));
    }
    return new Sum(digits, analyzer.simplify(Expr.mul(sum.base(), factor)));
  }

  private @Nullable Sum floorDiv(@Nullable Sum dividend, Expr divisor) {
    Sum sum = dividend == null ? null : fuse(dividend);
    if (sum == null) {
      return null;
    }
    if (sum.digits().isEmpty()) {
      return constant(analyzer.simplify(Expr.floorDiv(sum.base(), divisor)));
    }
    Digit digit = sum.digits().getFirst();
    if (!divides(divisor, sum.base()) || !isPositive(digit.scale())) {
      return null;
    }
    Expr base = analyzer.simplify(Expr.floorDiv(sum.base(), divisor));
    if (divides(divisor, digit.scale())) {
      Expr scale = analyzer.simplify(Expr.floorDiv(digit.scale(), divisor));
      return new Sum(List.of(digit.withScale(scale)), base);
    }
    if (!divides(digit.scale(), divisor)) {
      return null;
    }
    Expr by = analyzer.simplify(Expr.floorDiv(divisor, digit.scale()));
    if (analyzer.prove(Expr.le(digit.extent(), by))) {
      return constant(base);
    }
    if (!divides(by, digit.extent())) {
      return null;
    }
    Digit higher =
        new Digit(
            digit.mark(),
            analyzer.simplify(Expr.mul(digit.lower(), by)),
            analyzer.simplify(Expr.floorDiv(digit.extent(), by)),
            Expr.imm(by.dtype(), 1));
    return new Sum(List.of(higher), base);
  }

  private @Nullable Sum floorMod(@Nullable Sum dividend, Expr divisor) {
    Sum sum = dividend == null ? null : fuse(dividend);
    if (sum == null) {
      return null;
    }
    if (sum.digits().isEmpty()) {
      return constant(analyzer.simplify(Expr.floorMod(sum.base(), divisor)));
    }
    Digit digit = sum.digits().getFirst();
    if (!divides(divisor, sum.base()) || !isPositive(digit.scale())) {
      return null;
    }
    Expr zero = Expr.imm(divisor.dtype(), 0);
    if (divides(divisor, digit.scale())) {
      return constant(zero);
    }
    if (!divides(digit.scale(), divisor)) {
      return null;
    }
    Expr by = analyzer.simplify(Expr.floorDiv(divisor, digit.scale()));
    if (analyzer.prove(Expr.le(digit.extent(), by))) {
      return new Sum(List.of(digit), zero);
    }
    if (!divides(by, digit.extent())) {
      return null;
    }
    return new Sum(List.of(new Digit(digit.mark(), digit.lower(), by, digit.scale())), zero);
  }

  private boolean isPositive(Expr scale) {
    return analyzer.prove(Expr.gt(scale, Expr.imm(scale.dtype(), 0)));
  }

  private boolean divides(Expr divisor, Expr value) {
    return divisor.isConst(1)
        || value.isConst(0)
        || value.equals(divisor)
        || analyzer.simplify(Expr.floorMod(value, divisor)).isConst(0);
  }

  // Several digits as one.

  /** The sum with its digits made one; null if they overlap or leave gaps. */
  private @Nullable Sum fuse(Sum sum) {
    Sum grouped = withConstrained(sum);
    if (grouped.digits().size() <= 1) {
      return grouped;
    }
    List<Digit> chain = chain(grouped.digits());
    if (chain == null) {
      return null;
    }
    Expr unit = chain.getLast().scale();
    List<Digit> unscaled = new ArrayList<>();
    Expr total = Expr.imm(unit.dtype(), 1);
    for (Digit digit : chain) {
      unscaled.add(digit.withScale(analyzer.simplify(Expr.floorDiv(digit.scale(), unit))));
      total = Expr.mul(total, digit.extent());
    }
    Expr extent = analyzer.simplify(total);
    Mark mark =
        fused.computeIfAbsent(
            unscaled, key -> new Mark(null, null, new Sum(key, Expr.imm(unit.dtype(), 0)), extent));
    return withConstrained(new Sum(List.of(whole(mark).withScale(unit)), grouped.base()));
  }

  /** The digits so that each has the scale and extent of the next as its scale. */
  private @Nullable List<Digit> chain(List<Digit> digits) {
    List<Digit> rest = new ArrayList<>(digits);
    List<Digit> chain = new ArrayList<>();
    Digit lowest = null;
    for (Digit candidate : rest) {
      boolean smallest = true;
      for (Digit other : rest) {
        smallest &= other == candidate || isMultiple(other.scale(), candidate);
      }
      if (smallest) {
        lowest = candidate;
        break;
      }
    }
    while (lowest != null) {
      chain.addFirst(lowest);
      rest.remove(lowest);
      if (rest.isEmpty()) {
        return chain;
      }
      Expr expected = Expr.mul(lowest.scale(), lowest.extent());
      lowest = null;
      for (Digit candidate : rest) {
        if (analyzer.proveEqual(candidate.scale(), expected)) {
          lowest = candidate;
          break;
        }
      }
    }
    return null;
  }

  private boolean isMultiple(Expr scale, Digit of) {
    return divides(Expr.mul(of.scale(), of.extent()), scale);
  }

  /** Digits that a predicate constrains together become the constrained mark. */
  private Sum withConstrained(Sum sum) {
    Sum result = sum;
    for (Mark mark : constrained) {
      if (mark.sum() == null) {
        continue;
      }
      Digit whole = mark.sum().digits().getFirst();
      List<Digit> group =
          whole.mark().sum() != null && whole.extent().equals(whole.mark().extent())
              ? whole.mark().sum().digits()
              : List.of(whole);
      Sum direct = replaced(result, List.of(whole), mark);
      result = direct != null ? direct : or(replaced(result, group, mark), result);
    }
    return result;
  }

  private static Sum or(@Nullable Sum first, Sum second) {
    return first == null ? second : first;
  }

  private @Nullable Sum replaced(Sum sum, List<Digit> group, Mark mark) {
    Digit lowest = group.getLast();
    for (Digit candidate : sum.digits()) {
      if (!candidate.isSame(lowest)) {
        continue;
      }
      List<Digit> rest = new ArrayList<>(sum.digits());
      boolean all = true;
      for (Digit member : group) {
        Expr scale = analyzer.simplify(Expr.mul(member.scale(), candidate.scale()));
        all &= rest.removeIf(d -> d.isSame(member) && d.scale().equals(scale));
      }
      if (all) {
        rest.add(whole(mark).withScale(candidate.scale()));
        return new Sum(rest, sum.base());
      }
    }
    return null;
  }

  // How the digits are used.

  private boolean isIndependent(AffineMap map, Level level) {
    Map<Mark, List<Digit>> uses = new LinkedHashMap<>();
    for (Sum sum : map.indices()) {
      sum.digits().forEach(digit -> use(uses, digit));
    }
    List<Mark> order = new ArrayList<>(map.outermostFirst());
    for (Mark mark : constrained) {
      // A condition on loops that no index is made of must concern no index either.
      if (!order.contains(mark)) {
        use(uses, whole(mark));
        order = merged(order, mark);
      }
    }
    for (Mark mark : order) {
      List<Digit> digits = uses.getOrDefault(mark, List.of());
      boolean exact = level == Level.BIJECTIVE;
      if (!isPartition(mark, digits, exact)) {
        return false;
      }
      if (mark.sum() != null) {
        mark.sum().digits().forEach(digit -> use(uses, digit));
      }
    }
    return level != Level.BIJECTIVE || loops.stream().allMatch(uses::containsKey);
  }

  private static List<Mark> merged(List<Mark> order, Mark mark) {
    List<Mark> own =
        new ArrayList<>(
            new AffineMap(
                    List.of(new Sum(List.of(whole(mark)), Expr.imm(mark.extent().dtype(), 0))))
                .outermostFirst());
    // Marks of sums come before what they are made of, so the new ones go first.
    own.removeAll(order);
    List<Mark> result = new ArrayList<>(own);
    result.addAll(order);
    Set<Mark> sums = Set.copyOf(result);
    result.sort(Comparator.comparingInt(m -> m.var() != null && sums.contains(m) ? 1 : 0));
    return result;
  }

  private static void use(Map<Mark, List<Digit>> uses, Digit digit) {
    uses.computeIfAbsent(digit.mark(), mark -> new ArrayList<>()).add(digit);
  }

  /** Whether the digits are different parts of the mark's value. */
  private boolean isPartition(Mark mark, List<Digit> digits, boolean exact) {
    List<Digit> rest = new ArrayList<>(digits);
    Expr expected = Expr.imm(mark.extent().dtype(), 1);
    while (!rest.isEmpty()) {
      Digit next = null;
      for (Digit candidate : rest) {
        if (analyzer.proveEqual(candidate.lower(), expected)) {
          next = candidate;
          break;
        }
      }
      if (next == null && !exact) {
        next = lowestAbove(rest, expected);
      }
      if (next == null) {
        return false;
      }
      rest.remove(next);
      expected = analyzer.simplify(Expr.mul(next.lower(), next.extent()));
    }
    return exact ? analyzer.proveEqual(expected, mark.extent()) : divides(expected, mark.extent());
  }

  private @Nullable Digit lowestAbove(List<Digit> digits, Expr expected) {
    Digit best = null;
    for (Digit candidate : digits) {
      if (divides(expected, candidate.lower())
          && (best == null || analyzer.prove(Expr.lt(candidate.lower(), best.lower())))) {
        best = candidate;
      }
    }
    return best;
  }
}
