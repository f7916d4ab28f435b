package dev.weft.tir;

/** A walk over IR: override {@link #expr} or {@link #stmt}; {@code super} walks the children. */
public abstract class IrWalker {
  /** Visits an expression. */
  public void expr(Expr node) {
    Children.map(
        node,
        child -> {
          expr(child);
          return child;
        });
  }

  /** Visits a statement. */
  public void stmt(Stmt node) {
    Children.map(
        node,
        child -> {
          expr(child);
          return child;
        },
        child -> {
          stmt(child);
          return child;
        });
  }
}
