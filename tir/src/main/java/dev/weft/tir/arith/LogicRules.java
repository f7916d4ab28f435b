package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Truth values: comparisons, conjunctions, disjunctions, negations. */
final class LogicRules {
  private static final int MAX_OPERANDS = 8;

  private final Analyzer analyzer;

  LogicRules(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  Expr simplify(Expr e) {
    Expr result = rewrite(e);
    if (result instanceof Expr.IntImm) {
      return result;
    }
    Set<Expr> truths = analyzer.context().truths;
    if (truths.isEmpty()) {
      return result;
    }
    if (truths.contains(result)) {
      return Expr.bool(true);
    }
    return truths.contains(negated(result)) ? Expr.bool(false) : result;
  }

  private Expr rewrite(Expr e) {
    return switch (e) {
      case Var v -> analyzer.context().values.getOrDefault(v, v);
      case Expr.Binary(var op, var a, var b) when op.kind == BinaryOp.Kind.COMPARISON ->
          comparison(op, a, b);
      case Expr.Binary b when b.op().kind == BinaryOp.Kind.LOGIC -> connective(b);
      case Expr.Not(var value) -> not(analyzer.simplify(value));
      case Expr.Select s -> analyzer.select().simplify(s);
      case Expr.Call call when call.is(Intrinsic.IF_THEN_ELSE) -> analyzer.select().simplify(call);
      case Expr.Call call when call.is(Intrinsic.LIKELY) -> {
        Expr condition = analyzer.simplify(call.args().get(0));
        yield condition instanceof Expr.IntImm
            ? condition
            : new Expr.Call(call.dtype(), call.callee(), List.of(condition));
      }
      case Expr.Cast(var dtype, var value) -> Expr.cast(dtype, analyzer.simplify(value));
      case Expr.Let let -> analyzer.simplifier().let(let);
      case Expr.Binary b -> Children.map(b, analyzer::simplify);
      case Expr.Call call -> Children.map(call, analyzer::simplify);
      case Expr.Load load -> Children.map(load, analyzer::simplify);
      case Expr.Shuffle s -> Children.map(s, analyzer::simplify);
      case Expr.IntImm i -> i;
      case Expr.FloatImm f -> f;
      case Expr.StringImm s -> s;
      case Expr.Ramp r -> r;
      case Expr.Broadcast b -> b;
    };
  }

  private Expr comparison(BinaryOp op, Expr a, Expr b) {
    if (Analyzer.isIndexType(a.dtype())) {
      return analyzer.compare().simplify(op, a, b);
    }
    Expr x = analyzer.simplify(a);
    Expr y = analyzer.simplify(b);
    if (a.dtype().isBool() && (op == BinaryOp.EQ || op == BinaryOp.NE)) {
      if (y instanceof Expr.IntImm imm) {
        return (imm.value() == 1) == (op == BinaryOp.EQ) ? x : not(x);
      }
      if (x instanceof Expr.IntImm imm) {
        return (imm.value() == 1) == (op == BinaryOp.EQ) ? y : not(y);
      }
    }
    if (a.dtype().isInt()) {
      Expr decided = CompareRules.byBounds(op, analyzer.boundsOf(x), analyzer.boundsOf(y));
      if (decided != null) {
        return decided;
      }
      if (x.equals(y)) {
        return Expr.bool(op == BinaryOp.EQ || op == BinaryOp.LE || op == BinaryOp.GE);
      }
    }
    return Expr.binary(op, x, y);
  }

  /** The opposite; comparisons of floats are kept, as both are false for NaN. */
  private Expr not(Expr e) {
    return switch (e) {
      case Expr.Not(var value) -> value;
      case Expr.Binary(var op, var a, var b)
          when op.kind == BinaryOp.Kind.COMPARISON && a.dtype().isInt() ->
          analyzer.simplify(new Expr.Binary(opposite(op), a, b));
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.AND ->
          analyzer.simplify(new Expr.Binary(BinaryOp.OR, not(a), not(b)));
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.OR ->
          analyzer.simplify(new Expr.Binary(BinaryOp.AND, not(a), not(b)));
      case Expr x -> Expr.not(x);
    };
  }

  /** The opposite in the form in which a fact would be recorded, without simplification. */
  private static Expr negated(Expr e) {
    return switch (e) {
      case Expr.Not(var value) -> value;
      case Expr.Binary(var op, var a, var b)
          when (op == BinaryOp.EQ || op == BinaryOp.NE) && a.dtype().isInt() ->
          new Expr.Binary(opposite(op), a, b);
      case Expr x -> Expr.not(x);
    };
  }

  private static BinaryOp opposite(BinaryOp op) {
    return switch (op) {
      case EQ -> BinaryOp.NE;
      case NE -> BinaryOp.EQ;
      case LT -> BinaryOp.GE;
      case GE -> BinaryOp.LT;
      case LE -> BinaryOp.GT;
      case GT -> BinaryOp.LE;
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR ->
          throw new IllegalStateException(op + " is no comparison");
    };
  }

  private Expr connective(Expr.Binary e) {
    BinaryOp op = e.op();
    Expr neutral = Expr.bool(op == BinaryOp.AND);
    Expr absorbing = Expr.bool(op == BinaryOp.OR);
    List<Expr> operands = new ArrayList<>();
    List<Expr> given = new ArrayList<>();
    flatten(op, e, given);
    for (Expr operand : given) {
      Expr simple = analyzer.simplify(operand);
      if (simple.equals(absorbing)) {
        return absorbing;
      }
      List<Expr> parts = new ArrayList<>();
      flatten(op, simple, parts);
      for (Expr part : parts) {
        if (!part.equals(neutral) && !operands.contains(part)) {
          operands.add(part);
        }
      }
    }
    if (operands.size() >= 2 && operands.size() <= MAX_OPERANDS) {
      for (int i = operands.size() - 1; i >= 0; i--) {
        Expr known = underOthers(op, operands, i);
        if (known.equals(absorbing)) {
          return absorbing;
        }
        if (known.equals(neutral)) {
          operands.remove(i);
        }
      }
    }
    Expr result = neutral;
    for (Expr operand : operands) {
      result = result == neutral ? operand : new Expr.Binary(op, result, operand);
    }
    return result;
  }

  /** An operand where the others don't decide: all of them true (and) or false (or). */
  private Expr underOthers(BinaryOp op, List<Expr> operands, int i) {
    Analyzer.Scope outer = analyzer.scope();
    try {
      for (int j = 0; j < operands.size(); j++) {
        if (j != i) {
          Expr other = operands.get(j);
          analyzer.assume(op == BinaryOp.AND ? other : not(other));
        }
      }
      return analyzer.simplify(operands.get(i));
    } finally {
      outer.close();
    }
  }

  private static void flatten(BinaryOp op, Expr e, List<Expr> into) {
    if (e instanceof Expr.Binary(var inner, var a, var b) && inner == op) {
      flatten(op, a, into);
      flatten(op, b, into);
    } else {
      into.add(e);
    }
  }
}
