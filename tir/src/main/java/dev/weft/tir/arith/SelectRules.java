package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import java.util.List;

/** Choices: {@code Select} and {@code if_then_else}, each branch under its condition. */
final class SelectRules {
  private final Analyzer analyzer;

  SelectRules(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  Expr simplify(Expr.Select e) {
    return branches(e.condition(), e.ifTrue(), e.ifFalse(), e);
  }

  /** A call of {@code if_then_else}. */
  Expr simplify(Expr.Call e) {
    return branches(e.args().get(0), e.args().get(1), e.args().get(2), e);
  }

  Sum toSum(Expr e) {
    Expr result =
        e instanceof Expr.Select s ? simplify(s) : e instanceof Expr.Call c ? simplify(c) : e;
    boolean choice = result.getClass() == e.getClass();
    return choice ? Sum.atom(result) : analyzer.toSum(result);
  }

  private Expr branches(Expr condition, Expr ifTrue, Expr ifFalse, Expr original) {
    Expr c = analyzer.simplify(condition);
    if (c instanceof Expr.IntImm imm) {
      return analyzer.simplify(imm.value() != 0 ? ifTrue : ifFalse);
    }
    Expr t = ifTrue;
    Expr f = ifFalse;
    try (Analyzer.Scope _ = analyzer.scope()) {
      analyzer.assume(c);
      t = analyzer.simplify(ifTrue);
    }
    Expr opposite = analyzer.simplify(Expr.not(c));
    try (Analyzer.Scope _ = analyzer.scope()) {
      analyzer.assume(opposite);
      f = analyzer.simplify(ifFalse);
    }
    if (t.equals(f)) {
      return t;
    }
    DType dtype = original.dtype();
    if (dtype.isBool() && t instanceof Expr.IntImm a && f instanceof Expr.IntImm b) {
      return a.value() > b.value() ? c : opposite;
    }
    if (original instanceof Expr.Call call) {
      return new Expr.Call(dtype, call.callee(), List.of(c, t, f));
    }
    return new Expr.Select(c, t, f);
  }
}
