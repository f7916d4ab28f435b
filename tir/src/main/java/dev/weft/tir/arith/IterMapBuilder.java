package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rewrites expressions over iterators into sums of their digits. */
final class IterMapBuilder {
  private final Analyzer analyzer;
  private final Map<Var, IterSum> inputs = new LinkedHashMap<>();

  /** Sums that a predicate bounds, by their digits from the smallest scale, which is 1. */
  private final List<Constrained> constrained = new ArrayList<>();

  /** A fused iterator under a bound: its digits, and the mark and offset that replace them. */
  record Constrained(List<IterSplit> digits, IterMark mark, Expr min) {}

  /** Says why an expression is no sum of digits. */
  static final class NotAffine extends RuntimeException {
    NotAffine(String reason) {
      super(reason, null, false, false);
    }
  }

  IterMapBuilder(Map<Var, Range> iters, Analyzer analyzer) {
    this.analyzer = analyzer;
    iters.forEach(
        (v, range) -> {
          Expr extent = analyzer.simplify(range.extent());
          Expr min = analyzer.simplify(range.min());
          inputs.put(
              v,
              extent.isConst(1)
                  ? new IterSum(List.of(), min)
                  : new IterSum(
                      List.of(IterSplit.whole(new IterMark(new IterSource.Input(v, min), extent))),
                      min));
        });
  }

  List<Constrained> constrained() {
    return constrained;
  }

  Map<Var, IterSum> inputs() {
    return inputs;
  }

  boolean mentionsInput(Expr e) {
    return Occurs.any(e, x -> x instanceof Var v && inputs.containsKey(v));
  }

  // Predicates.

  /** Takes in a conjunction of bounds on sums of iterators. */
  void constrain(Expr predicate) {
    if (predicate instanceof Expr.Binary(var op, var a, var b) && op == BinaryOp.AND) {
      constrain(a);
      constrain(b);
      return;
    }
    if (!mentionsInput(predicate)) {
      return;
    }
    if (!(predicate instanceof Expr.Binary(var op, var a, var b))
        || op.kind != BinaryOp.Kind.COMPARISON
        || op == BinaryOp.NE
        || !Analyzer.isIndexType(a.dtype())) {
      throw new NotAffine("the predicate is no bound on a sum of iterators: " + predicate);
    }
    IterSum difference = applyConstraints(plus(raw(a), raw(b), -1));
    if (difference.args().isEmpty()) {
      return;
    }
    DType dtype = a.dtype();
    // digits + base op 0
    Expr limit = simplify(Expr.sub(Expr.imm(dtype, 0), difference.base()));
    List<IterSplit> digits = difference.args();
    boolean negative = digits.stream().allMatch(d -> analyzer.boundsOf(d.scale()).max() < 0);
    @Nullable Expr upper = null; // exclusive
    @Nullable Expr lower = null;
    switch (op) {
      case LT -> upper = limit;
      case LE -> upper = Expr.add(limit, 1);
      case GT -> lower = Expr.add(limit, 1);
      case GE -> lower = limit;
      case EQ -> {
        lower = limit;
        upper = Expr.add(limit, 1);
      }
      case NE, ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR ->
          throw new IllegalStateException(op + " was refused above");
    }
    if (negative) {
      digits = digits.stream().map(d -> d.withScale(simplify(negate(d.scale())))).toList();
      Expr flipped = upper == null ? null : Expr.sub(Expr.imm(dtype, 1), upper);
      upper = lower == null ? null : Expr.sub(Expr.imm(dtype, 1), lower);
      lower = flipped;
    }
    constrain(new IterSum(digits, Expr.imm(dtype, 0)), lower, upper);
  }

  private static Expr negate(Expr e) {
    return Expr.mul(e, -1);
  }

  private void constrain(IterSum sum, @Nullable Expr lower, @Nullable Expr upper) {
    IterSplit fused = fuse(sum);
    Expr scale = fused.scale();
    Expr extent = fused.extent();
    Expr low = lower == null ? Expr.imm(extent.dtype(), 0) : lower;
    Expr high = upper == null ? extent : upper;
    if (!scale.isConst(1)) {
      low = lower == null ? low : Expr.ceilDiv(low, scale);
      high = upper == null ? high : Expr.ceilDiv(high, scale);
    }
    low = simplify(Expr.max(low, Expr.imm(extent.dtype(), 0)));
    high = simplify(Expr.min(high, extent));
    if (low.isConst(0) && high.equals(extent)) {
      return;
    }
    Expr count = simplify(Expr.sub(high, low));
    List<IterSplit> digits = digitsOf(fused);
    IterSum source = new IterSum(digits, simplify(negate(low)));
    constrained.add(new Constrained(digits, new IterMark(source, count), low));
  }

  /** The digits of a fused sum in their own scales, or the digit itself. */
  private static List<IterSplit> digitsOf(IterSplit fused) {
    if (fused.lower().isConst(1)
        && fused.extent().equals(fused.source().extent())
        && fused.source().source() instanceof IterSum sum
        && sum.base().isConst(0)) {
      return sum.args();
    }
    return List.of(fused.withScale(Expr.imm(fused.scale().dtype(), 1)));
  }

  /** The sum with the fused iterators that predicates bound in place of their digits. */
  IterSum applyConstraints(IterSum given) {
    IterSum sum = given;
    for (Constrained c : constrained) {
      IterSplit first = c.digits().get(c.digits().size() - 1);
      IterSplit found = find(sum, first);
      if (found == null) {
        continue;
      }
      List<IterSplit> rest = new ArrayList<>(sum.args());
      boolean all = true;
      for (IterSplit digit : c.digits()) {
        IterSplit own = find(sum, digit);
        Expr scale = Expr.mul(digit.scale(), found.scale());
        all &= own != null && analyzer.proveEqual(own.scale(), scale);
        rest.remove(own);
      }
      if (all) {
        if (!c.mark().extent().isConst(1)) {
          rest.add(IterSplit.whole(c.mark()).withScale(found.scale()));
        }
        Expr base = simplify(Expr.add(sum.base(), Expr.mul(c.min(), found.scale())));
        sum = new IterSum(rest, base);
      }
    }
    return sum;
  }

  private static @Nullable IterSplit find(IterSum sum, IterSplit digit) {
    for (IterSplit arg : sum.args()) {
      if (arg.isSameDigit(digit)) {
        return arg;
      }
    }
    return null;
  }

  // Expressions.

  /** The expression as a sum of digits; throws NotAffine. */
  IterSum build(Expr e) {
    if (!mentionsInput(e)) {
      return new IterSum(List.of(), e);
    }
    return switch (e) {
      case Var v -> {
        IterSum sum = inputs.get(v);
        yield sum == null ? new IterSum(List.of(), v) : applyConstraints(sum);
      }
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.ADD -> plus(raw(a), raw(b), 1);
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.SUB -> plus(raw(a), raw(b), -1);
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.MUL && !mentionsInput(b) ->
          times(raw(a), b);
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.MUL && !mentionsInput(a) ->
          times(raw(b), a);
      case Expr.Binary(var op, var a, var b)
          when (op == BinaryOp.FLOOR_DIV || op == BinaryOp.FLOOR_MOD) && !mentionsInput(b) ->
          divided(op, applyConstraints(raw(a)), b);
      case Expr x -> throw new NotAffine("no affine expression of the iterators: " + x);
    };
  }

  /** As {@link #build}, but without constraints at the top, which may need the sum around it. */
  private IterSum raw(Expr e) {
    if (e instanceof Var v) {
      IterSum sum = inputs.get(v);
      return sum == null ? new IterSum(List.of(), v) : sum;
    }
    return build(e);
  }

  Expr simplify(Expr e) {
    return analyzer.simplify(e);
  }

  private IterSum plus(IterSum a, IterSum b, long k) {
    List<IterSplit> args = new ArrayList<>(a.args());
    for (IterSplit split : b.args()) {
      Expr scale = simplify(Expr.mul(split.scale(), k));
      int at = -1;
      for (int i = 0; i < args.size(); i++) {
        at = args.get(i).isSameDigit(split) ? i : at;
      }
      if (at < 0) {
        args.add(split.withScale(scale));
        continue;
      }
      Expr total = simplify(Expr.add(args.get(at).scale(), scale));
      if (total.isConst(0)) {
        args.remove(at);
      } else {
        args.set(at, split.withScale(total));
      }
    }
    return new IterSum(args, simplify(Expr.add(a.base(), Expr.mul(b.base(), k))));
  }

  private IterSum times(IterSum sum, Expr factor) {
    if (simplify(factor).isConst(0)) {
      return new IterSum(List.of(), Expr.imm(factor.dtype(), 0));
    }
    List<IterSplit> args = new ArrayList<>();
    for (IterSplit split : sum.args()) {
      args.add(split.withScale(simplify(Expr.mul(split.scale(), factor))));
    }
    return new IterSum(args, simplify(Expr.mul(sum.base(), factor)));
  }

  private IterSum divided(BinaryOp op, IterSum sum, Expr divisor) {
    boolean div = op == BinaryOp.FLOOR_DIV;
    Expr d = simplify(divisor);
    Expr zero = Expr.imm(d.dtype(), 0);
    if (analyzer.boundsOf(d).max() < 1) { // symbolic divisors are sizes and so positive
      throw new NotAffine("a divisor that is not positive");
    }
    // sum = d * multiple + rest, whatever the rest is
    List<IterSplit> multiple = new ArrayList<>();
    List<IterSplit> rest = new ArrayList<>();
    for (IterSplit split : sum.args()) {
      if (analyzer.proveDivisible(split.scale(), d)) {
        multiple.add(split.withScale(simplify(Expr.floorDiv(split.scale(), d))));
      } else {
        rest.add(split);
      }
    }
    Expr baseRest = simplify(Expr.floorMod(sum.base(), d));
    Expr baseMultiple = simplify(Expr.floorDiv(sum.base(), d));
    if (rest.isEmpty()) {
      return div ? new IterSum(multiple, baseMultiple) : new IterSum(List.of(), baseRest);
    }
    IterSum low = new IterSum(rest, baseRest);
    if (analyzer.proveLess(greatest(low), d) && nonNegativeScales(low)) {
      return div ? new IterSum(multiple, baseMultiple) : low;
    }
    if (!baseRest.isConst(0)) {
      throw new NotAffine("an offset that the divisor does not divide, in a division by " + d);
    }
    IterSplit fused = fuse(new IterSum(rest, zero));
    Expr scale = fused.scale();
    IterSplit unit = fused.withScale(Expr.imm(d.dtype(), 1));
    if (!analyzer.prove(Expr.ge(scale, one(scale))) || !analyzer.proveDivisible(d, scale)) {
      throw new NotAffine("a scale and a divisor of which none divides the other");
    }
    Expr by = simplify(Expr.floorDiv(d, scale));
    if (div) {
      List<IterSplit> args = new ArrayList<>(multiple);
      IterSplit quotient = quotient(unit, by);
      if (quotient != null) {
        args.add(quotient);
      }
      return new IterSum(args, baseMultiple);
    }
    IterSplit remainder = remainder(unit, by);
    return remainder == null
        ? new IterSum(List.of(), zero)
        : new IterSum(List.of(remainder.withScale(scale)), zero);
  }

  private boolean nonNegativeScales(IterSum sum) {
    return sum.args().stream()
        .allMatch(a -> analyzer.prove(Expr.ge(a.scale(), Expr.imm(a.scale().dtype(), 0))));
  }

  private Expr greatest(IterSum sum) {
    Expr most = sum.base();
    for (IterSplit arg : sum.args()) {
      most = Expr.add(most, Expr.mul(Expr.sub(arg.extent(), 1), arg.scale()));
    }
    return simplify(most);
  }

  private @Nullable IterSplit quotient(IterSplit split, Expr by) {
    if (analyzer.proveLessEqual(split.extent(), by)) {
      return null;
    }
    Expr extent = simplify(Expr.ceilDiv(split.extent(), by));
    if (analyzer.proveDivisible(split.extent(), by) || isTop(split)) {
      Expr lower = simplify(Expr.mul(split.lower(), by));
      return new IterSplit(split.source(), lower, extent, split.scale());
    }
    return new IterSplit(marked(split), by, extent, split.scale());
  }

  private @Nullable IterSplit remainder(IterSplit split, Expr by) {
    if (by.isConst(1)) {
      return null;
    }
    if (analyzer.proveLessEqual(split.extent(), by)) {
      return split;
    }
    if (analyzer.proveDivisible(split.extent(), by) || isTop(split)) {
      return new IterSplit(split.source(), split.lower(), by, split.scale());
    }
    return new IterSplit(marked(split), one(by), by, split.scale());
  }

  private static Expr one(Expr like) {
    return Expr.imm(like.dtype(), 1);
  }

  /** Whether there is no digit above. */
  private boolean isTop(IterSplit split) {
    return analyzer.proveLessEqual(
        split.source().extent(), Expr.mul(split.lower(), split.extent()));
  }

  private static IterMark marked(IterSplit split) {
    return new IterMark(
        new IterSum(List.of(split), Expr.imm(split.extent().dtype(), 0)), split.extent());
  }

  // Fusion.

  /** A sum without offset as one digit: its digits must follow each other without gap. */
  IterSplit fuse(IterSum sum) {
    if (sum.args().size() == 1) {
      return sum.args().get(0);
    }
    List<IterSplit> chain = chain(sum.args());
    Expr unit = chain.get(chain.size() - 1).scale();
    List<IterSplit> scaled = new ArrayList<>();
    for (IterSplit split : chain) {
      scaled.add(split.withScale(simplify(Expr.floorDiv(split.scale(), unit))));
    }
    IterSplit top = scaled.get(0);
    Expr extent = simplify(Expr.mul(top.extent(), top.scale()));
    IterMark mark = new IterMark(new IterSum(scaled, Expr.imm(extent.dtype(), 0)), extent);
    return IterSplit.whole(mark).withScale(unit);
  }

  /** The digits from the largest scale to the smallest, each as large as those below reach. */
  private List<IterSplit> chain(List<IterSplit> args) {
    for (IterSplit start : args) {
      List<IterSplit> rest = new ArrayList<>(args);
      rest.remove(start);
      List<IterSplit> chain = new ArrayList<>(List.of(start));
      Expr expected = simplify(Expr.mul(start.scale(), start.extent()));
      boolean found = true;
      while (found && !rest.isEmpty()) {
        found = false;
        for (IterSplit next : rest) {
          if (analyzer.proveEqual(next.scale(), expected)) {
            chain.add(0, next);
            rest.remove(next);
            expected = simplify(Expr.mul(next.scale(), next.extent()));
            found = true;
            break;
          }
        }
      }
      if (rest.isEmpty() && analyzer.prove(Expr.ge(start.scale(), one(start.scale())))) {
        return chain;
      }
    }
    throw new NotAffine("a sum of iterators whose digits overlap or leave gaps");
  }
}
