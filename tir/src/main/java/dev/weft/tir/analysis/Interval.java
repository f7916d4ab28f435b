package dev.weft.tir.analysis;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values from {@code min} to {@code max}, both included. */
record Interval(LinearForm min, LinearForm max) {
  /**
   * The values of an index while some variables run over their ranges; null if nothing is known.
   */
  static @Nullable Interval of(Expr e, Map<Var, Range> running) {
    LinearForm form = LinearForm.of(e);
    LinearForm min = LinearForm.constant(form.dtype(), form.constant());
    LinearForm max = min;
    for (Map.Entry<Expr, Long> term : form.terms().entrySet()) {
      Interval atom = atom(term.getKey(), running);
      if (atom == null) {
        return null;
      }
      long factor = term.getValue();
      min = min.plus(factor > 0 ? atom.min : atom.max, factor);
      max = max.plus(factor > 0 ? atom.max : atom.min, factor);
    }
    return new Interval(min, max);
  }

  /** Whether an expression takes other values when the variables run. */
  static boolean varies(Expr e, Map<Var, Range> running) {
    boolean[] found = {e.dtype().lanes() > 1};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Var v && running.containsKey(v);
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  private static @Nullable Interval atom(Expr e, Map<Var, Range> running) {
    if (!varies(e, running)) {
      LinearForm itself = LinearForm.of(e);
      return new Interval(itself, itself);
    }
    if (e instanceof Var v) {
      Range range = running.get(v);
      return range == null ? null : of(range, running);
    }
    if (e instanceof Expr.Ramp(Expr base, Expr.IntImm stride, int lanes)) {
      Interval from = of(base, running);
      long reach = stride.value() * (lanes - 1);
      return from == null
          ? null
          : new Interval(from.min.plus(Math.min(0, reach)), from.max.plus(Math.max(0, reach)));
    }
    if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
      return binary(op, a, b, running);
    }
    return null;
  }

  private static @Nullable Interval of(Range range, Map<Var, Range> running) {
    Interval from = of(range.min(), running);
    Interval extent = of(range.extent(), running);
    return from == null || extent == null
        ? null
        : new Interval(from.min, from.max.plus(extent.max, 1).plus(-1));
  }

  private static @Nullable Interval binary(BinaryOp op, Expr a, Expr b, Map<Var, Range> running) {
    Interval x = of(a, running);
    if (x == null) {
      return null;
    }
    if (op == BinaryOp.MIN || op == BinaryOp.MAX) {
      Interval y = of(b, running);
      return y == null
          ? null
          : new Interval(
              LinearForm.of(Expr.binary(op, x.min.toExpr(), y.min.toExpr())),
              LinearForm.of(Expr.binary(op, x.max.toExpr(), y.max.toExpr())));
    }
    if (!(b instanceof Expr.IntImm divisor) || divisor.value() <= 0) {
      return null;
    }
    if (op == BinaryOp.FLOOR_DIV) {
      return new Interval(x.min.floorDiv(divisor.value()), x.max.floorDiv(divisor.value()));
    }
    if (op == BinaryOp.FLOOR_MOD) {
      boolean noWrap =
          x.min.floorDiv(divisor.value()).minus(x.max.floorDiv(divisor.value())).isZero();
      LinearForm zero = LinearForm.constant(x.min.dtype(), 0);
      return noWrap
          ? new Interval(x.min.floorMod(divisor.value()), x.max.floorMod(divisor.value()))
          : new Interval(zero, zero.plus(divisor.value() - 1));
    }
    return null;
  }

  /** The smallest interval around both. */
  Interval union(Interval other) {
    return new Interval(least(min, other.min, BinaryOp.MIN), least(max, other.max, BinaryOp.MAX));
  }

  private static LinearForm least(LinearForm a, LinearForm b, BinaryOp op) {
    LinearForm difference = a.minus(b);
    if (difference.isConstant()) {
      return (difference.constant() < 0) == (op == BinaryOp.MIN) ? a : b;
    }
    return LinearForm.of(Expr.binary(op, a.toExpr(), b.toExpr()));
  }

  /** As a range; a single value has extent 1. */
  Range toRange() {
    LinearForm extent = max.minus(min).plus(1);
    return new Range(min.toExpr(), extent.toExpr());
  }
}
