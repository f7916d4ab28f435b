package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.Pass;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes blocks apart: allocations become statements, predicates conditions. Loops of one iteration
 * go as well. Nothing is schedulable after this.
 *
 * <pre>{@code
 * for a in range(2):                                 A_shared = T.decl_buffer(…, data=T.allocate(…))
 *     with T.block():                          →     for a in range(2):
 *         T.where(a*128 + tx < 130)                      if a*128 + tx < 130:
 *         A_shared = T.alloc_buffer(…)                       …
 * }</pre>
 */
public final class LowerOpaqueBlocks implements Pass {
  @Override
  public String name() {
    return "lower_opaque_blocks";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.NO_BLOCKS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Analyzer analyzer = new Analyzer();
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            if (node instanceof Stmt.For f) {
              analyzer.bind(f.var(), new Range(f.min(), f.extent()));
              return loop(f);
            }
            Stmt mapped = super.stmt(node);
            return mapped instanceof Stmt.BlockRealize realize
                    && node instanceof Stmt.BlockRealize before
                ? lowered(realize, before.block())
                : mapped;
          }

          private Stmt loop(Stmt.For f) {
            boolean once = f.extent().isConst(1) && f.annotations().isEmpty();
            return once ? stmt(Substitute.in(f.body(), Map.of(f.var(), f.min()))) : super.stmt(f);
          }

          private Stmt lowered(Stmt.BlockRealize realize, Stmt.Block before) {
            Stmt body = realize.block().body();
            Expr predicate = analyzer.simplify(realize.predicate());
            if (!predicate.isConst(1)) {
              body = new Stmt.If(predicate, body, null);
            }
            for (Buffer buffer : realize.block().allocBuffers().reversed()) {
              body = allocated(buffer, SwizzleSharedMemory.marks(buffer, before), body);
            }
            return body;
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt allocated(Buffer buffer, Map<String, AttrValue> annotations, Stmt body) {
    List<Expr> extents = buffer.shape();
    if (!buffer.strides().isEmpty()) {
      // With strides the rows are farther apart than they are long.
      extents = List.of(buffer.shape().getFirst(), buffer.strides().getFirst());
    }
    return new Stmt.Allocate(
        buffer.data(),
        buffer.dtype(),
        extents,
        Expr.bool(true),
        annotations,
        new Stmt.DeclBuffer(buffer, body));
  }
}
