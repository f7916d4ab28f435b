package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import java.util.List;
import java.util.Map;

/** Takes a block out of a scope and puts expressions in the place of loads of a buffer. */
abstract class Inliner extends IrRewriter {
  private final Buffer buffer;
  private final Removal removal;
  private final Map<Var, Buffer> pointers;

  /**
   * @param buffer what the block writes
   * @param removal how the block is taken out
   * @param pointers all buffers by their pointers
   */
  Inliner(Buffer buffer, Removal removal, Map<Var, Buffer> pointers) {
    this.pointers = pointers;
    this.buffer = buffer;
    this.removal = removal;
  }

  /** What replaces a load of the buffer. */
  abstract Expr inlined(List<Expr> indices);

  /** The scope without the block, and without the buffer if it was allocated there. */
  Stmt.Block scope(Stmt.Block scope) {
    List<Buffer> kept = scope.allocBuffers().stream().filter(b -> b != buffer).toList();
    return scope.withBody(stmt(scope.body())).withAllocBuffers(kept);
  }

  @Override
  public Expr expr(Expr node) {
    Expr mapped = super.expr(node);
    return mapped instanceof Expr.Load load && load.buffer() == buffer
        ? inlined(load.indices())
        : mapped;
  }

  @Override
  public Stmt stmt(Stmt node) {
    if (node == removal.old()) {
      return stmt(removal.replacement());
    }
    Stmt mapped = super.stmt(node);
    return mapped instanceof Stmt.Block block ? updated(block) : mapped;
  }

  private Stmt.Block updated(Stmt.Block block) {
    boolean concerned =
        block.reads().stream().anyMatch(this::isHere)
            || block.writes().stream().anyMatch(this::isHere);
    return concerned ? AccessRegions.annotated(block, pointers) : block;
  }

  private boolean isHere(BufferRegion region) {
    return region.buffer() == buffer;
  }

  /** Whether a statement still mentions the buffer or its pointer. */
  boolean isOpaque(Stmt stmt) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node == buffer.data();
        found[0] |= node instanceof Expr.Load load && load.buffer() == buffer;
        super.expr(node);
      }

      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block) {
          for (MatchBufferRegion match : block.matchBuffers()) {
            found[0] |= match.source().buffer() == buffer;
          }
        }
        found[0] |= node instanceof Stmt.Store store && store.buffer() == buffer;
        super.stmt(node);
      }
    }.stmt(stmt);
    return found[0];
  }
}
