package dev.weft.graph.partition;

import java.util.Map;

/**
 * How a part of a graph is called.
 *
 * @param function the name that the library's function is registered under: {@code library.name}
 * @param attributes what it is told besides its tensors
 */
public record ExternalCall(String function, Map<String, String> attributes) {
  /** Copies the map. */
  public ExternalCall {
    attributes = Map.copyOf(attributes);
  }
}
