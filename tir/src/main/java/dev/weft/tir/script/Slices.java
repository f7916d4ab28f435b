package dev.weft.tir.script;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.LinkedHashMap;
import java.util.Map;

/** The length of {@code start:stop}; the printer and the reader agree by using the same rule. */
final class Slices {
  private Slices() {}

  /** The stop that is written for a range. */
  static Expr stop(Expr start, Expr extent) {
    return Expr.add(start, extent);
  }

  /**
   * {@code stop - start}: what is added to start where stop is written so, a constant where the
   * variables cancel, else the difference.
   */
  static Expr extent(Expr start, Expr stop) {
    if (start.isConst(0) && start.dtype().bits() <= stop.dtype().bits()) {
      return stop;
    }
    if (stop instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
        && op == BinaryOp.ADD
        && a.equals(start)) {
      return b;
    }
    Map<Expr, Long> terms = new LinkedHashMap<>();
    long constant = collect(stop, 1, terms) + collect(start, -1, terms);
    boolean cancels = terms.values().stream().allMatch(factor -> factor == 0);
    Expr difference = Expr.sub(stop, start);
    return cancels ? Expr.imm(difference.dtype(), constant) : difference;
  }

  /** Adds {@code factor * e} to the terms; returns its constant part. */
  private static long collect(Expr e, long factor, Map<Expr, Long> terms) {
    if (e instanceof Expr.IntImm imm) {
      return factor * imm.value();
    }
    if (e instanceof Expr.Cast(var dtype, var value)
        && dtype.isInt()
        && value.dtype().isInt()
        && dtype.bits() >= value.dtype().bits()) {
      return collect(value, factor, terms);
    }
    if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
      if (op == BinaryOp.ADD) {
        return collect(a, factor, terms) + collect(b, factor, terms);
      }
      if (op == BinaryOp.SUB) {
        return collect(a, factor, terms) + collect(b, -factor, terms);
      }
      if (op == BinaryOp.MUL && b instanceof Expr.IntImm imm) {
        return collect(a, factor * imm.value(), terms);
      }
      if (op == BinaryOp.MUL && a instanceof Expr.IntImm imm) {
        return collect(b, factor * imm.value(), terms);
      }
    }
    terms.merge(e, factor, Long::sum);
    return 0;
  }
}
