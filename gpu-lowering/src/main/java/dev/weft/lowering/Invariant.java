package dev.weft.lowering;

import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;

/**
 * What holds from a certain pass on. Each is a statement about single nodes, so that one walk
 * checks all.
 */
public enum Invariant {
  NO_INIT_BLOCKS("a block has an init"),
  OPAQUE_BLOCKS("a block has axes"),
  UNIFIED_THREADS("a loop is bound to a hardware thread index"),
  NO_MATCH_BUFFERS("a block has a match_buffer"),
  NO_BOUND_LOOPS("a loop is bound to a thread index"),
  NO_BLOCKS("there is a block"),
  FLAT_BUFFERS("a buffer is accessed with other than one index"),
  NO_VECTOR_LOOPS("a loop is vectorized");

  private final String violation;

  Invariant(String violation) {
    this.violation = violation;
  }

  /** What is wrong where the invariant does not hold. */
  String violation() {
    return violation;
  }

  /** Whether the statement itself, not what is in it, breaks the invariant. */
  boolean isBroken(Stmt stmt) {
    return switch (this) {
      case NO_INIT_BLOCKS -> stmt instanceof Stmt.Block b && b.init() != null;
      case OPAQUE_BLOCKS -> stmt instanceof Stmt.Block b && !b.iterVars().isEmpty();
      case UNIFIED_THREADS ->
          stmt instanceof Stmt.For f
              && f.thread() != null
              && f.thread().level != ThreadTag.Level.VIRTUAL;
      case NO_MATCH_BUFFERS -> stmt instanceof Stmt.Block b && !b.matchBuffers().isEmpty();
      case NO_BOUND_LOOPS -> stmt instanceof Stmt.For f && f.kind() == ForKind.THREAD_BINDING;
      case NO_BLOCKS -> stmt instanceof Stmt.Block || stmt instanceof Stmt.BlockRealize;
      case FLAT_BUFFERS -> stmt instanceof Stmt.Store store && store.indices().size() != 1;
      case NO_VECTOR_LOOPS -> stmt instanceof Stmt.For f && f.kind() == ForKind.VECTORIZED;
    };
  }

  /** Whether the expression itself, not what is in it, breaks the invariant. */
  boolean isBroken(Expr expr) {
    return this == FLAT_BUFFERS && expr instanceof Expr.Load load && load.indices().size() != 1;
  }
}
