package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Loop nests: making them, and changing the blocks at their leaves. */
final class Nests {
  private Nests() {}

  /** Serial loops from 0, the first outermost, around a body. */
  static Stmt around(List<Var> vars, List<Expr> extents, Stmt body) {
    Stmt result = body;
    for (int i = vars.size() - 1; i >= 0; i--) {
      result = Stmt.For.serial(vars.get(i), Expr.cast(vars.get(i).dtype(), extents.get(i)), result);
    }
    return result;
  }

  /** The same loop with another variable, throughout its body too. */
  static Stmt.For renamed(Stmt.For loop, Var var, Stmt body) {
    return new Stmt.For(
        var,
        loop.min(),
        loop.extent(),
        loop.kind(),
        loop.thread(),
        loop.annotations(),
        Substitute.in(body, Map.of(loop.var(), var)));
  }

  /** Changes the outermost blocks within a statement, not what is inside them. */
  static Stmt mapBlocks(Stmt stmt, UnaryOperator<Stmt.BlockRealize> change) {
    return new StmtRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        return node instanceof Stmt.BlockRealize realize ? change.apply(realize) : super.stmt(node);
      }
    }.stmt(stmt);
  }

  /** Adds a condition to the outermost blocks within a statement. */
  static Stmt withPredicate(Stmt stmt, Expr predicate) {
    return mapBlocks(
        stmt,
        realize ->
            new Stmt.BlockRealize(
                realize.iterValues(), Expr.and(realize.predicate(), predicate), realize.block()));
  }

  /** The statements of a sequence, or the statement alone. */
  static List<Stmt> statements(Stmt stmt) {
    return stmt instanceof Stmt.Seq(List<Stmt> stmts) ? stmts : List.of(stmt);
  }

  /** A list with one more element at a position. */
  static List<Stmt> inserted(List<Stmt> stmts, int position, Stmt stmt) {
    List<Stmt> result = new ArrayList<>(stmts);
    result.add(position, stmt);
    return result;
  }

  /** Whether a loop is carried out by hardware threads. */
  static boolean isThread(Stmt.For loop) {
    return loop.kind() == ForKind.THREAD_BINDING;
  }
}
