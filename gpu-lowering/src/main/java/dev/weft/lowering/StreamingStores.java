package dev.weft.lowering;

import dev.weft.tir.Expr;
import dev.weft.tir.Stmt;

/**
 * Loops whose vectors of results go past the caches to global memory, where the device's language
 * has a way to say so. A cache line that is written whole need not be read before; what is read
 * next is not driven out by results that don't fit anyway.
 */
public final class StreamingStores {
  /** Annotation of such a loop: 1. */
  public static final String KEY = "weft.streaming_stores";

  private StreamingStores() {}

  /** Whether a loop is annotated. */
  public static boolean isIn(Stmt.For loop) {
    return loop.annotations().get(KEY) instanceof Expr.IntImm imm && imm.value() != 0;
  }
}
