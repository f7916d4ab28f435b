package dev.weft.tir;

/**
 * A rewrite of IR, bottom-up or top-down as the subclass likes: override {@link #expr} or {@link
 * #stmt}, handle the nodes of interest with a {@code switch}, and call {@code super} for the
 * others, which rewrites the children and shares what did not change.
 */
public abstract class IrRewriter {
  /** The rewritten expression. */
  public Expr expr(Expr node) {
    return Children.map(node, this::expr);
  }

  /** The rewritten statement. */
  public Stmt stmt(Stmt node) {
    return Children.map(node, this::expr, this::stmt);
  }
}
