package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;

/** Takes a condition that holds apart into facts of the analyzer's context. */
final class Facts {
  private final Analyzer analyzer;

  Facts(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  void assume(Expr condition) {
    switch (condition) {
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.AND -> {
        assume(a);
        assume(b);
      }
      case Expr.Call call when call.is(Intrinsic.LIKELY) -> assume(call.args().get(0));
      case Expr.Not(Expr.Binary(var op, var a, var b)) when op == BinaryOp.OR -> {
        assume(Expr.not(a));
        assume(Expr.not(b));
      }
      case Expr.Binary(var op, var a, var b)
          when op.kind == BinaryOp.Kind.COMPARISON && Analyzer.isIndexType(a.dtype()) -> {
        analyzer.context().truths.add(condition);
        comparison(op, a, b);
      }
      case Expr e -> analyzer.context().truths.add(e);
    }
    analyzer.forget();
  }

  private void comparison(BinaryOp op, Expr a, Expr b) {
    try {
      Sum x = analyzer.toSum(a);
      Sum y = analyzer.toSum(b);
      if (analyzer.mayWrap(x) || analyzer.mayWrap(y)) {
        return;
      }
      Sum difference = analyzer.sums().sub(y, x);
      switch (op) {
        case LT -> nonNegative(difference.plus(-1));
        case LE -> nonNegative(difference);
        case GT -> nonNegative(difference.times(-1).plus(-1));
        case GE -> nonNegative(difference.times(-1));
        case EQ -> equal(difference);
        case NE -> notEqual(difference);
        case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR -> {}
      }
    } catch (ArithmeticException tooLarge) {
      return; // the fact is of no use
    }
  }

  private void nonNegative(Sum sum) {
    if (sum.isConstant()) {
      return;
    }
    analyzer.context().nonNegative.add(sum);
    for (Term term : sum.terms()) {
      if (term.isSingle() && term.first().isWhole() && term.first().index() instanceof Var v) {
        narrow(sum, term, v);
      }
    }
    analyzer.forget();
  }

  /** {@code scale * v + rest >= 0} bounds v by the most that the rest can be. */
  private void narrow(Sum sum, Term term, Var v) {
    Sum rest = analyzer.sums().sub(sum, Sum.of(sum.dtype(), term));
    long most = analyzer.boundsOf(rest).max();
    if (most == ConstBounds.POS_INF || most == ConstBounds.NEG_INF) {
      return;
    }
    ConstBounds known = analyzer.boundsOf(v);
    ConstBounds narrowed =
        term.scale() > 0
            ? new ConstBounds(Math.ceilDiv(-most, term.scale()), ConstBounds.POS_INF)
            : new ConstBounds(ConstBounds.NEG_INF, Math.floorDiv(most, -term.scale()));
    analyzer.context().bounds.put(v, known.intersect(narrowed));
  }

  private void equal(Sum difference) {
    nonNegative(difference);
    nonNegative(difference.times(-1));
    if (difference.terms().size() != 1 || !difference.terms().get(0).isSingle()) {
      return;
    }
    Term term = difference.terms().get(0);
    Split digit = term.first();
    if (Math.abs(term.scale()) != 1 || !(digit.index() instanceof Var v)) {
      return;
    }
    long value = -difference.base() * term.scale();
    if (digit.isWhole()) {
      analyzer.context().values.put(v, Expr.imm(v.dtype(), value));
    } else if (digit.lower() == 1 && analyzer.modularOf(v).coeff() == 1) {
      analyzer.context().modular.put(v, new ModularSet(digit.upper(), value));
    }
  }

  private void notEqual(Sum difference) {
    if (analyzer.prover().nonNegative(difference)) {
      nonNegative(difference.plus(-1));
    } else if (analyzer.prover().nonNegative(difference.times(-1))) {
      nonNegative(difference.times(-1).plus(-1));
    }
  }
}
