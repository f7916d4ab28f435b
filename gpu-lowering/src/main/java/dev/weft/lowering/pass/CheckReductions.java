package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.HashMap;
import java.util.Map;

/**
 * Refuses reductions whose loop is bound to threads: their partial results would overwrite each
 * other. A reduction is shared among threads by splitting it with {@code rfactor} first, which
 * gives every thread an element of its own.
 */
public final class CheckReductions implements Pass {
  @Override
  public String name() {
    return "check_reductions";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Map<Var, ThreadTag> threads = new HashMap<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.For f
            && f.thread() != null
            && f.thread().level != ThreadTag.Level.VIRTUAL
            && !f.extent().isConst(1)) {
          threads.put(f.var(), f.thread());
        } else if (node instanceof Stmt.BlockRealize realize) {
          check(realize, threads, function.globalSymbol("main"));
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return function;
  }

  private static void check(
      Stmt.BlockRealize realize, Map<Var, ThreadTag> threads, String function) {
    for (int i = 0; i < realize.iterValues().size(); i++) {
      IterVar axis = realize.block().iterVars().get(i);
      if (axis.kind() != IterVar.Kind.REDUCE) {
        continue;
      }
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          ThreadTag tag = node instanceof Var v ? threads.get(v) : null;
          if (tag != null) {
            throw new LoweringException(
                "reduction axis '"
                    + axis.var().name()
                    + "' of block '"
                    + realize.block().name()
                    + "' is computed by the threads of "
                    + tag
                    + ", which would overwrite each other's partial results",
                function,
                "apply rfactor to the loop first, or bind a spatial loop instead");
          }
          super.expr(node);
        }
      }.expr(realize.iterValues().get(i));
    }
  }
}
