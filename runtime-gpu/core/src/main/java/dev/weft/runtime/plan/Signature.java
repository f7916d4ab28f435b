package dev.weft.runtime.plan;

import java.util.List;

/**
 * What a compiled model takes and gives.
 *
 * @param inputs in the model's order
 * @param outputs in the model's order
 */
public record Signature(List<TensorSpec> inputs, List<TensorSpec> outputs) {
  /** Copies the lists. */
  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
