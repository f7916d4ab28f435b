package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves conditions that don't change within a loop out of it.
 *
 * <pre>{@code
 * for k in range(64):          →   if i < n:
 *     if i < n and k < m:              for k in range(64):
 *         …                                if k < m:
 *                                              …
 * }</pre>
 */
public final class HoistGuards implements Pass {
  @Override
  public String name() {
    return "hoist_guards";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            Stmt mapped = super.stmt(node);
            return mapped instanceof Stmt.For f
                    && f.body() instanceof Stmt.If guard
                    && guard.otherwise() == null
                ? hoisted(f, guard)
                : mapped;
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt hoisted(Stmt.For loop, Stmt.If guard) {
    List<Expr> outside = new ArrayList<>();
    List<Expr> inside = new ArrayList<>();
    split(guard.condition(), loop.var(), outside, inside);
    if (outside.isEmpty()) {
      return loop;
    }
    Stmt body =
        inside.isEmpty() ? guard.then() : new Stmt.If(conjunction(inside), guard.then(), null);
    return new Stmt.If(conjunction(outside), loop.withBody(body), null);
  }

  private static void split(Expr condition, Var v, List<Expr> outside, List<Expr> inside) {
    if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
      split(a, v, outside, inside);
      split(b, v, outside, inside);
    } else {
      (isFixed(condition, v) ? outside : inside).add(condition);
    }
  }

  private static Expr conjunction(List<Expr> conditions) {
    return conditions.stream().reduce(Expr.bool(true), Expr::and);
  }

  /** Whether the loop can't change the condition: it reads neither its variable nor memory. */
  private static boolean isFixed(Expr condition, Var v) {
    boolean[] varies = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        varies[0] |= node == v || node instanceof Expr.Load || node instanceof Expr.Call;
        super.expr(node);
      }
    }.expr(condition);
    return !varies[0];
  }
}
