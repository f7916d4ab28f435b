package dev.weft.graph.text;

import dev.weft.base.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A graph as text. Constants that are too large to be written out stand in the text by name.
 *
 * @param text what {@link GraphParser} reads
 * @param constants the large constants by the names that they have in the text
 */
public record GraphText(String text, Map<String, Tensor> constants) {
  /** Copies the map, keeping its order. */
  public GraphText {
    constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
  }
}
