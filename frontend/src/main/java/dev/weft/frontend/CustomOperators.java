package dev.weft.frontend;

import dev.weft.graph.custom.OperatorDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operators that an application defines, by domain and type of the model's nodes. Immutable,
 * and given to each import: there is no global registry.
 *
 * @param definitions by {@code domain:type}
 */
public record CustomOperators(Map<String, OperatorDefinition> definitions) {
  /** No operators. */
  public static final CustomOperators NONE = new CustomOperators(Map.of());

  /** Copies the map. */
  public CustomOperators {
    definitions = Map.copyOf(definitions);
  }

  /**
   * These operators and one more; it takes the place of one of the standard, or of a function of
   * the model, of that name.
   *
   * @param domain the node's domain, "" for the standard's
   * @param type the node's operator
   */
  public CustomOperators with(String domain, String type, OperatorDefinition definition) {
    Map<String, OperatorDefinition> more = new LinkedHashMap<>(definitions);
    more.put(domain + ":" + type, definition);
    return new CustomOperators(more);
  }

  /** The definition of a node's operator; null if there is none. */
  public @Nullable OperatorDefinition get(String domain, String type) {
    return definitions.get(domain + ":" + type);
  }
}
