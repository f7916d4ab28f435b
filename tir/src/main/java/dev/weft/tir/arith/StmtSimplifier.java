package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import org.jspecify.annotations.Nullable;

/** Simplifies the expressions of statements under the facts of the statements around them. */
final class StmtSimplifier extends IrRewriter {
  private final Analyzer analyzer;

  StmtSimplifier(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  @Override
  public Expr expr(Expr e) {
    return analyzer.simplify(e);
  }

  @Override
  public Stmt stmt(Stmt s) {
    return switch (s) {
      case Stmt.For loop -> {
        analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
        yield super.stmt(loop);
      }
      case Stmt.If branch -> branch(branch);
      case Stmt.Assert(var condition, var message, var body) -> {
        Expr c = expr(condition);
        Stmt b = under(c, body);
        yield c == condition && b == body ? s : new Stmt.Assert(c, message, b);
      }
      case Stmt.Let(var v, var value, var body) -> {
        Expr simple = expr(value);
        if (simple instanceof Expr.IntImm) {
          analyzer.bind(v, simple);
        } else if (v.dtype().isInt()) {
          analyzer.bind(v, analyzer.bounds(simple));
        }
        Stmt b = stmt(body);
        yield simple == value && b == body ? s : new Stmt.Let(v, simple, b);
      }
      case Stmt.Attr(IterVar iter, var key, var extent, var body)
          when key.equals("thread_extent") -> {
        analyzer.bind(iter.var(), Range.upTo(Expr.cast(iter.var().dtype(), extent)));
        yield super.stmt(s);
      }
      case Stmt.Block block -> {
        for (IterVar iter : block.iterVars()) {
          analyzer.bind(iter.var(), iter.dom());
        }
        yield super.stmt(block);
      }
      case Stmt x -> Children.map(x, this::expr, this::stmt);
    };
  }

  private Stmt branch(Stmt.If s) {
    Expr condition = expr(s.condition());
    if (condition instanceof Expr.IntImm imm) {
      Stmt taken = imm.value() != 0 ? s.then() : s.otherwise();
      return taken == null ? new Stmt.Evaluate(Expr.int32(0)) : stmt(taken);
    }
    Stmt then = under(condition, s.then());
    @Nullable Stmt otherwise =
        s.otherwise() == null ? null : under(expr(Expr.not(condition)), s.otherwise());
    return condition == s.condition() && then == s.then() && otherwise == s.otherwise()
        ? s
        : new Stmt.If(condition, then, otherwise);
  }

  /** The body under those parts of the condition that no store in it can change. */
  private Stmt under(Expr condition, Stmt body) {
    try (Analyzer.Scope _ = analyzer.scope()) {
      assumeStable(condition);
      return stmt(body);
    }
  }

  private void assumeStable(Expr condition) {
    if (condition instanceof Expr.Binary(var op, var a, var b) && op == BinaryOp.AND) {
      assumeStable(a);
      assumeStable(b);
    } else if (!Occurs.data(condition)) {
      analyzer.assume(condition);
    }
  }
}
