package dev.weft.graph.plan;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;

/** Where a value is kept. */
public sealed interface Place {
  /** In the pool, at an offset in bytes that is a multiple of {@link MemoryPlan#ALIGNMENT}. */
  record Pool(IntExpr offset, IntExpr bytes) implements Place {}

  /** In the memory of a parameter of the function. */
  record Input(int index) implements Place {}

  /** In the memory of a result of the function. */
  record Output(int index) implements Place {}

  /** In the memory of a constant. */
  record Constant(GraphExpr.Constant constant) implements Place {}
}
