package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;

/** Where an intermediate lives. */
public sealed interface Storage {
  /**
   * In a pool, at an offset that the memory plan chose.
   *
   * @param pool the pool's name
   * @param offset in bytes, a multiple of {@link LaunchPlan#ALIGNMENT}
   */
  record Pooled(String pool, IntExpr offset) implements Storage {}

  /** In memory of its own, for sizes that are known only in the middle of a run. */
  record Owned() implements Storage {}
}
