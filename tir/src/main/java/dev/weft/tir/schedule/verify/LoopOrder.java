package dev.weft.tir.schedule.verify;

import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.Vars;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Runs loops backwards whose iterations may be carried out in any order: parallel, vectorised and
 * thread-bound ones. The interpreter carries loops out from first to last, so that it can't see by
 * itself that such a loop's iterations depend on each other.
 */
final class LoopOrder {
  private LoopOrder() {}

  /**
   * The same statement with those loops backwards, or {@code body} itself if there are none. A loop
   * that a reduction is spread over stays as it is: threads that work on one sum are put in order
   * by the lowering, and the sum's first iteration initialises it.
   */
  static Stmt reversed(Stmt body) {
    Set<Var> reducing = new HashSet<>();
    if (!look(body, reducing)) {
      return body;
    }
    return new StmtRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (!(mapped instanceof Stmt.For loop) || !isAnyOrder(loop)) {
          return mapped;
        }
        if (reducing.contains(loop.var())) {
          return mapped;
        }
        Expr last = Expr.sub(Expr.add(loop.min(), loop.extent()), 1);
        Expr mirrored = Expr.sub(Expr.add(loop.min(), last), loop.var());
        return loop.withBody(Substitute.in(loop.body(), Map.of(loop.var(), mirrored)));
      }
    }.stmt(body);
  }

  private static boolean isAnyOrder(Stmt.For loop) {
    return switch (loop.kind()) {
      case PARALLEL, VECTORIZED, THREAD_BINDING -> true;
      case SERIAL, UNROLLED -> false;
    };
  }

  /**
   * Collects the loops that reductions are spread over; gives back whether any loop is of any
   * order.
   */
  private static boolean look(Stmt body, Set<Var> reducing) {
    boolean[] found = {false};
    Stmt _ =
        new StmtRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            found[0] |= node instanceof Stmt.For loop && isAnyOrder(loop);
            if (node instanceof Stmt.BlockRealize realize) {
              for (int i = 0; i < realize.iterValues().size(); i++) {
                if (realize.block().iterVars().get(i).kind() == IterVar.Kind.REDUCE) {
                  reducing.addAll(Vars.in(realize.iterValues().get(i)));
                }
              }
            }
            return super.stmt(node);
          }
        }.stmt(body);
    return found[0];
  }
}
