package dev.weft.compiler.plan;

import dev.weft.runtime.plan.TensorSpec;

/** A buffer that a plan makes, and the steps of the plan that touch it, by number. */
final class Intermediate {
  final TensorSpec spec;

  /** The block of instructions that it is made in. */
  final PlanBlock block;

  /** Whether it has memory of its own instead of a place in the pool. */
  boolean owned;

  /** Whether another name stands for it behind its block. */
  boolean escapes;

  final int first;
  int last;

  Intermediate(TensorSpec spec, PlanBlock block, boolean owned, int first) {
    this.spec = spec;
    this.block = block;
    this.owned = owned;
    this.first = first;
    this.last = first;
  }
}
