package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;

/**
 * Conditions that differ between threads, moved to both sides of the barriers that stand within
 * them, so that every thread reaches these.
 */
final class SpreadCondition {
  private final Expr condition;
  private final String function;

  private SpreadCondition(Expr condition, String function) {
    this.condition = condition;
    this.function = function;
  }

  /** Whether threads wait for each other in a statement. */
  static boolean holdsBarrier(Stmt stmt) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Expr.Call call && call.is(Intrinsic.STORAGE_SYNC);
        super.expr(node);
      }
    }.stmt(stmt);
    return found[0];
  }

  /** Whether an expression depends on what is in memory. */
  static boolean reads(Expr e) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Expr.Load;
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  /**
   * What does the same as the statement under the condition, with the barriers outside of it.
   *
   * @param condition reads no memory
   * @throws LoweringException if a barrier can't be reached by all threads
   */
  static Stmt under(Expr condition, Stmt stmt, String function) {
    return new SpreadCondition(condition, function).stmt(stmt);
  }

  /**
   * A loop whose range differs between threads, with a range for all of them and the body under a
   * condition.
   *
   * @param body the loop's body, with barriers
   * @throws LoweringException if nobody knows how often the loop runs at most
   */
  static Stmt.For overAllThreads(Stmt.For f, Stmt body, Analyzer analyzer, String function) {
    long most = analyzer.bounds(analyzer.simplify(f.extent())).max();
    if (reads(f.min()) || reads(f.extent()) || most < 0 || most >= Integer.MAX_VALUE) {
      throw new LoweringException(
          "threads share memory within loop '"
              + f.var().name()
              + "', which they run differently often, nobody knows how often at most; so they"
              + " can't wait for one another",
          function,
          "move the shared stage out of the loop (compute_at a loop further out), or give the loop"
              + " an extent that all threads have");
    }
    Expr inRange = Expr.lt(f.var(), Expr.add(f.min(), f.extent()));
    return new Stmt.For(
        f.var(),
        f.min(),
        Expr.imm(f.extent().dtype(), most),
        f.kind(),
        f.thread(),
        f.annotations(),
        under(inRange, body, function));
  }

  private Stmt guarded(Stmt stmt) {
    return new Stmt.If(condition, stmt, null);
  }

  private Stmt stmt(Stmt node) {
    if (!holdsBarrier(node)) {
      return guarded(node);
    }
    return switch (node) {
      case Stmt.Seq(List<Stmt> stmts) -> sequence(stmts);
      case Stmt.Evaluate e -> e;
      case Stmt.For f -> f.withBody(stmt(f.body()));
      case Stmt.If(Expr inner, Stmt then, Stmt otherwise) ->
          new Stmt.If(inner, stmt(then), otherwise == null ? null : stmt(otherwise));
      case Stmt.Let(var v, Expr value, Stmt body) ->
          // Threads that the condition leaves out may have nothing to read there.
          new Stmt.Let(
              v,
              reads(value)
                  ? Expr.Call.of(
                      value.dtype(),
                      Intrinsic.IF_THEN_ELSE,
                      condition,
                      value,
                      Expr.imm(value.dtype(), 0))
                  : value,
              stmt(body));
      case Stmt.Attr(var about, var key, var value, Stmt body) ->
          new Stmt.Attr(about, key, value, stmt(body));
      case Stmt.Assert(Expr holds, var message, Stmt body) ->
          new Stmt.Assert(Expr.or(Expr.not(condition), holds), message, stmt(body));
      case Stmt.Allocate a ->
          new Stmt.Allocate(
              a.data(), a.dtype(), a.extents(), a.condition(), a.annotations(), stmt(a.body()));
      case Stmt.AllocateConst a ->
          new Stmt.AllocateConst(a.data(), a.dtype(), a.extents(), a.values(), stmt(a.body()));
      case Stmt.DeclBuffer(var buffer, Stmt body) -> new Stmt.DeclBuffer(buffer, stmt(body));
      case Stmt.While _,
          Stmt.ThreadGroup _,
          Stmt.Store _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.Block _,
          Stmt.BlockRealize _ ->
          throw new LoweringException(
              "threads share memory within a condition or loop that differs between threads, where"
                  + " they can't wait for one another",
              function,
              "move the shared stage out of the condition (compute_at a loop further out), or use"
                  + " extents that the tiles divide");
    };
  }

  /** Neighbours without a barrier between them share a condition. */
  private Stmt sequence(List<Stmt> stmts) {
    List<Stmt> result = new ArrayList<>();
    List<Stmt> together = new ArrayList<>();
    for (Stmt s : stmts) {
      if (!holdsBarrier(s)) {
        together.add(s);
        continue;
      }
      if (!together.isEmpty()) {
        result.add(guarded(Stmt.seq(together)));
        together.clear();
      }
      result.add(stmt(s));
    }
    if (!together.isEmpty()) {
      result.add(guarded(Stmt.seq(together)));
    }
    return Stmt.seq(result);
  }
}
