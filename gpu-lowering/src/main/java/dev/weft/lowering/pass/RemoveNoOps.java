package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Drops what does nothing: expressions without effect that stand as statements, loops and
 * conditions around nothing, marks of conditions.
 */
public final class RemoveNoOps implements Pass {
  @Override
  public String name() {
    return "remove_no_ops";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Remover().stmt(function.body()));
  }

  private static boolean isNothing(Stmt stmt) {
    return stmt instanceof Stmt.Evaluate(Expr value) && !(value instanceof Expr.Call);
  }

  private static final class Remover extends IrRewriter {
    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      return mapped instanceof Expr.Call call
              && (call.is(Intrinsic.LIKELY) || call.is(Intrinsic.IGNORE_LOOP_PARTITION))
          ? call.args().get(0)
          : mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      return switch (mapped) {
        case Stmt.Seq(List<Stmt> stmts) -> {
          List<Stmt> rest = new ArrayList<>(stmts);
          rest.removeIf(RemoveNoOps::isNothing);
          yield rest.isEmpty() ? Simplify.NOTHING : Stmt.seq(rest);
        }
        case Stmt.For f -> isNothing(f.body()) ? f.body() : f;
        case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
          boolean noElse = otherwise == null || isNothing(otherwise);
          if (isNothing(then) && noElse) {
            yield then;
          }
          if (isNothing(then) && otherwise != null) {
            yield new Stmt.If(Expr.not(condition), otherwise, null);
          }
          yield noElse && otherwise != null ? new Stmt.If(condition, then, null) : mapped;
        }
        case Stmt.Let s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.Allocate s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.DeclBuffer s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.AllocateConst s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.Attr s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.Assert s -> s;
        case Stmt.Store s -> s;
        case Stmt.Evaluate s -> s;
        case Stmt.While s -> s;
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> isNothing(s.body()) ? s.body() : s;
        case Stmt.Block s -> s;
        case Stmt.BlockRealize s -> s;
      };
    }
  }
}
