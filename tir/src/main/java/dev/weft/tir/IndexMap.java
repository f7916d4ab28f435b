package dev.weft.tir;

import java.util.List;

/**
 * A function on indices, {@code lambda i, j: (j, i // 4, i % 4)}; used by layout transformations
 * and by tensor intrinsics.
 *
 * @param inputs the parameters
 * @param outputs the results, expressions over the parameters
 */
public record IndexMap(List<Var> inputs, List<Expr> outputs) implements AttrValue {
  /** Copies the lists. */
  public IndexMap {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
