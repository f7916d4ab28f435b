package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.target.Target;
import java.util.Set;

/**
 * The init of a block becomes a statement that is carried out when all reduction axes are at their
 * start:
 *
 * <pre>{@code
 * with T.init():                →   if vk == 0:
 *     C[vi, vj] = 0                     C[vi, vj] = 0
 * C[vi, vj] += A[vi, vk] * …        C[vi, vj] += A[vi, vk] * …
 * }</pre>
 */
public final class LowerInitBlocks implements Pass {
  @Override
  public String name() {
    return "lower_init_blocks";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.NO_INIT_BLOCKS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            Stmt mapped = super.stmt(node);
            return mapped instanceof Stmt.Block block && block.init() != null
                ? lowered(block, block.init())
                : mapped;
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt.Block lowered(Stmt.Block block, Stmt init) {
    Expr atStart = Expr.bool(true);
    for (IterVar axis : block.iterVars()) {
      if (axis.kind() == IterVar.Kind.REDUCE) {
        atStart = Expr.and(atStart, Expr.eq(axis.var(), axis.dom().min()));
      }
    }
    Stmt first = atStart.isConst(1) ? init : new Stmt.If(atStart, init, null);
    return block.with(null, Stmt.seq(first, block.body()));
  }
}
