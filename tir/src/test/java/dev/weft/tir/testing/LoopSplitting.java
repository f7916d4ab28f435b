package dev.weft.tir.testing;

import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Splits one outermost loop of a function by hand, with a predicate where it doesn't divide. */
final class LoopSplitting {
  private LoopSplitting() {}

  static PrimFunc withPredicate(PrimFunc function, SplittableRandom random) {
    if (!(function.body() instanceof Stmt.BlockRealize root)) {
      return function;
    }
    List<Stmt> stages =
        new ArrayList<>(
            root.block().body() instanceof Stmt.Seq(List<Stmt> stmts)
                ? stmts
                : List.of(root.block().body()));
    int chosen = random.nextInt(stages.size());
    if (stages.get(chosen) instanceof Stmt.For loop) {
      stages.set(chosen, split(loop, 2 + random.nextInt(4)));
    }
    Stmt.Block block = root.block().withBody(Stmt.seq(stages));
    return function.withBody(root.withBlock(block));
  }

  private static Stmt split(Stmt.For loop, long factor) {
    if (!(loop.extent() instanceof Expr.IntImm extent)) {
      return loop;
    }
    long outerExtent = Math.ceilDiv(extent.value(), factor);
    Var outer = Var.of(loop.var().name() + "_0", loop.var().dtype());
    Var inner = Var.of(loop.var().name() + "_1", loop.var().dtype());
    Expr index = Expr.add(Expr.mul(outer, factor), inner);
    Stmt body = Substitute.in(loop.body(), Map.of(loop.var(), index));
    boolean divides = outerExtent * factor == extent.value();
    Stmt guarded = divides ? body : guarded(body, Expr.lt(index, loop.extent()));
    Expr factorExpr = Expr.imm(loop.var().dtype(), factor);
    return Stmt.For.serial(
        outer,
        Expr.imm(loop.var().dtype(), outerExtent),
        Stmt.For.serial(inner, factorExpr, guarded));
  }

  private static Stmt guarded(Stmt body, Expr predicate) {
    return new IrRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        return node instanceof Stmt.BlockRealize realize
            ? new Stmt.BlockRealize(
                realize.iterValues(), Expr.and(realize.predicate(), predicate), realize.block())
            : super.stmt(node);
      }
    }.stmt(body);
  }
}
