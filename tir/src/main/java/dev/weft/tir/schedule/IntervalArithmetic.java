package dev.weft.tir.schedule;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between which values an expression is, when some of its variables are in intervals. */
final class IntervalArithmetic {
  private static final Interval UNKNOWN = new Interval(null, null);

  private final Map<Var, Interval> known;
  private final Analyzer analyzer;

  IntervalArithmetic(Map<Var, Interval> known, Analyzer analyzer) {
    this.known = known;
    this.analyzer = analyzer;
  }

  Interval evaluate(Expr e) {
    if (!Vars.usesAny(e, known.keySet())) {
      return new Interval(e, e);
    }
    if (e instanceof Var v) {
      return known.getOrDefault(v, UNKNOWN);
    }
    if (e instanceof Expr.Cast(var dtype, var value) && dtype.isInt() && value.dtype().isInt()) {
      Interval inner = evaluate(value);
      return new Interval(
          inner.min() == null ? null : Expr.cast(dtype, inner.min()),
          inner.max() == null ? null : Expr.cast(dtype, inner.max()));
    }
    if (!(e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))) {
      return UNKNOWN;
    }
    Interval x = evaluate(a);
    Interval y = evaluate(b);
    return switch (op) {
      case ADD -> new Interval(both(op, x.min(), y.min()), both(op, x.max(), y.max()));
      case SUB -> new Interval(both(op, x.min(), y.max()), both(op, x.max(), y.min()));
      case MIN -> new Interval(both(op, x.min(), y.min()), both(op, x.max(), y.max()));
      case MAX -> new Interval(both(op, x.min(), y.min()), both(op, x.max(), y.max()));
      case MUL -> isFixed(b) ? times(x, b) : isFixed(a) ? times(y, a) : UNKNOWN;
      case FLOOR_DIV -> isFixed(b) ? divided(x, b) : UNKNOWN;
      case FLOOR_MOD -> isFixed(b) ? remainder(x, b) : UNKNOWN;
      case DIV, MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> UNKNOWN;
    };
  }

  private boolean isFixed(Expr e) {
    return !Vars.usesAny(e, known.keySet());
  }

  private static @Nullable Expr both(BinaryOp op, @Nullable Expr a, @Nullable Expr b) {
    return a == null || b == null ? null : Expr.binary(op, a, b);
  }

  private Interval times(Interval x, Expr factor) {
    Expr min = x.min() == null ? null : Expr.mul(x.min(), factor);
    Expr max = x.max() == null ? null : Expr.mul(x.max(), factor);
    Expr zero = Expr.imm(factor.dtype(), 0);
    if (analyzer.prove(Expr.ge(factor, zero))) {
      return new Interval(min, max);
    }
    return analyzer.prove(Expr.le(factor, zero)) ? new Interval(max, min) : UNKNOWN;
  }

  private Interval divided(Interval x, Expr divisor) {
    if (!analyzer.prove(Expr.gt(divisor, Expr.imm(divisor.dtype(), 0)))) {
      return UNKNOWN;
    }
    return new Interval(
        x.min() == null ? null : Expr.floorDiv(x.min(), divisor),
        x.max() == null ? null : Expr.floorDiv(x.max(), divisor));
  }

  private Interval remainder(Interval x, Expr divisor) {
    if (!analyzer.prove(Expr.gt(divisor, Expr.imm(divisor.dtype(), 0)))) {
      return UNKNOWN;
    }
    if (x.min() != null && x.max() != null) {
      Expr first = Expr.floorDiv(x.min(), divisor);
      if (analyzer.proveEqual(first, Expr.floorDiv(x.max(), divisor))) {
        return new Interval(Expr.floorMod(x.min(), divisor), Expr.floorMod(x.max(), divisor));
      }
    }
    return new Interval(Expr.imm(divisor.dtype(), 0), Expr.sub(divisor, 1));
  }
}
