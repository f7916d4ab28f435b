package dev.weft.runtime.exec;

import dev.weft.base.InputException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The external functions that plans may call, by name. Immutable, and given to each executor: there
 * is no global registry.
 *
 * @param byName the functions
 */
public record ExternalFunctions(Map<String, ExternalFunction> byName) {
  /** No functions. */
  public static final ExternalFunctions NONE = new ExternalFunctions(Map.of());

  /** Copies the map. */
  public ExternalFunctions {
    byName = Map.copyOf(byName);
  }

  /** These functions and one more; it replaces one of that name. */
  public ExternalFunctions with(String name, ExternalFunction function) {
    Map<String, ExternalFunction> more = new TreeMap<>(byName);
    more.put(name, function);
    return new ExternalFunctions(more);
  }

  /**
   * The function of that name.
   *
   * @throws InputException if there is none
   */
  public ExternalFunction get(String name) {
    ExternalFunction function = byName.get(name);
    if (function == null) {
      throw new InputException(
          "the model calls the external function '" + name + "', which is not registered",
          "",
          "pass it to the executor; registered are " + new TreeMap<>(byName).keySet());
    }
    return function;
  }
}
