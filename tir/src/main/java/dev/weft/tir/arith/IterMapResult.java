package dev.weft.tir.arith;

import java.util.List;

/**
 * The outcome of {@link IterMaps#detect}.
 *
 * @param indices one sum an index, each of at most one digit unless the level is {@link
 *     IterMapLevel#NO_CHECK}; empty if there are errors
 * @param errors why the indices are no such map; empty if they are
 */
public record IterMapResult(List<IterSum> indices, List<String> errors) {
  /** Copies the lists. */
  public IterMapResult {
    indices = List.copyOf(indices);
    errors = List.copyOf(errors);
  }

  /** Whether the indices are a map as asked for. */
  public boolean isDetected() {
    return errors.isEmpty();
  }
}
