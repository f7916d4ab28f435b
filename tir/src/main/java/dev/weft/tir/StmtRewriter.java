package dev.weft.tir;

/**
 * A rewrite of statements whose expressions stay as they are: override {@link #stmt}, handle the
 * nodes of interest, and call {@code super} for the others. Cheaper than {@link IrRewriter}, which
 * goes through all expressions as well.
 */
public abstract class StmtRewriter {
  /** The rewritten statement. */
  public Stmt stmt(Stmt node) {
    return Children.map(node, expr -> expr, this::stmt);
  }
}
