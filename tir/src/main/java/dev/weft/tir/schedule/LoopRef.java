package dev.weft.tir.schedule;

import dev.weft.tir.Var;

/**
 * A handle on a loop. It follows the loop through every rewrite; once the loop is gone (split,
 * fused away), its use is refused.
 */
public final class LoopRef implements StmtRef {
  private final Var var;

  LoopRef(Var var) {
    this.var = var;
  }

  /** The loop's variable, which is the loop's identity within a schedule state. */
  Var var() {
    return var;
  }

  /** The name of the loop's variable. */
  public String name() {
    return var.name();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoopRef that && that.var == var;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(var);
  }

  @Override
  public String toString() {
    return "loop " + var.name();
  }
}
