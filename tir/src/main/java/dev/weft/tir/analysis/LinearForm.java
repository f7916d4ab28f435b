package dev.weft.tir.analysis;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code sum of factor * atom + constant}, where atoms are whatever isn't a sum or a multiple, in
 * the order in which they were met.
 */
record LinearForm(DType dtype, Map<Expr, Long> terms, long constant) {
  LinearForm {
    terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
  }

  static LinearForm of(Expr e) {
    Map<Expr, Long> terms = new LinkedHashMap<>();
    long constant = collect(e, 1, terms);
    terms.values().removeIf(factor -> factor == 0);
    return new LinearForm(e.dtype().scalar(), terms, constant);
  }

  /** Adds {@code factor * e} to the terms; returns its constant part. */
  private static long collect(Expr e, long factor, Map<Expr, Long> terms) {
    if (e instanceof Expr.IntImm imm) {
      return factor * imm.value();
    }
    if (e instanceof Expr.Broadcast(Expr value, var _)) {
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

  boolean isConstant() {
    return terms.isEmpty();
  }

  LinearForm plus(LinearForm other, long factor) {
    Map<Expr, Long> sum = new LinkedHashMap<>(terms);
    other.terms.forEach((atom, f) -> sum.merge(atom, f * factor, Long::sum));
    sum.values().removeIf(f -> f == 0);
    DType wider = dtype.bits() >= other.dtype.bits() ? dtype : other.dtype;
    return new LinearForm(wider, sum, constant + other.constant * factor);
  }

  LinearForm plus(long more) {
    return new LinearForm(dtype, terms, constant + more);
  }

  LinearForm minus(LinearForm other) {
    return plus(other, -1);
  }

  static LinearForm constant(DType dtype, long value) {
    return new LinearForm(dtype, Map.of(), value);
  }

  boolean isZero() {
    return terms.isEmpty() && constant == 0;
  }

  /** The quotient; the part that the divisor divides is taken out. */
  LinearForm floorDiv(long divisor) {
    Map<Expr, Long> quotient = new LinkedHashMap<>();
    Map<Expr, Long> rest = new LinkedHashMap<>();
    terms.forEach(
        (atom, factor) -> {
          if (factor % divisor == 0) {
            quotient.put(atom, factor / divisor);
          } else {
            rest.put(atom, factor);
          }
        });
    LinearForm divided = new LinearForm(dtype, quotient, 0);
    if (rest.isEmpty()) {
      return divided.plus(Math.floorDiv(constant, divisor));
    }
    Expr remaining = new LinearForm(dtype, rest, constant).toExpr();
    return divided.plus(of(Expr.floorDiv(remaining, divisor)), 1);
  }

  /** The remainder. */
  LinearForm floorMod(long divisor) {
    return minus(floorDiv(divisor).times(divisor));
  }

  private LinearForm times(long factor) {
    return constant(dtype, 0).plus(this, factor);
  }

  /** The expression; positive terms come before negative ones. */
  Expr toExpr() {
    Expr sum = Expr.imm(dtype, 0);
    for (Map.Entry<Expr, Long> term : terms.entrySet()) {
      if (term.getValue() > 0) {
        sum = Expr.add(sum, Expr.mul(term.getKey(), term.getValue()));
      }
    }
    for (Map.Entry<Expr, Long> term : terms.entrySet()) {
      if (term.getValue() < 0) {
        sum = Expr.sub(sum, Expr.mul(term.getKey(), -term.getValue()));
      }
    }
    return constant < 0 ? Expr.sub(sum, -constant) : Expr.add(sum, constant);
  }
}
