package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Replaces the axes of blocks by the values that they take; what stays is an opaque block, which
 * holds allocations, the predicate and annotations.
 *
 * <pre>{@code
 * for i, j in T.grid(8, 128):             →   for i, j in T.grid(8, 128):
 *     with T.block("C"):                          with T.block("C"):
 *         vi = T.axis.spatial(1024, i*128+j)          C[i*128 + j] = A[i*128 + j]
 *         C[vi] = A[vi]
 * }</pre>
 */
public final class SubstituteBlockAxes implements Pass {
  @Override
  public String name() {
    return "substitute_block_axes";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.OPAQUE_BLOCKS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            // Outer axes first: the values of inner ones mention them.
            return super.stmt(
                node instanceof Stmt.BlockRealize realize && !realize.iterValues().isEmpty()
                    ? opaque(realize)
                    : node);
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt.BlockRealize opaque(Stmt.BlockRealize realize) {
    Stmt.Block block = realize.block();
    Map<Var, Expr> values = new LinkedHashMap<>();
    for (int i = 0; i < block.iterVars().size(); i++) {
      Var axis = block.iterVars().get(i).var();
      values.put(axis, Expr.cast(axis.dtype(), realize.iterValues().get(i)));
    }
    Stmt.Block withoutAxes =
        new Stmt.Block(
            block.name(),
            List.of(),
            block.reads(),
            block.writes(),
            block.allocBuffers(),
            block.matchBuffers(),
            block.annotations(),
            block.init(),
            block.body());
    Stmt substituted = Substitute.in(withoutAxes, values);
    return new Stmt.BlockRealize(List.of(), realize.predicate(), (Stmt.Block) substituted);
  }
}
