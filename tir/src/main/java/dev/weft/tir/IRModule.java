package dev.weft.tir;

import java.util.Map;

/**
 * A set of functions by name.
 *
 * @param functions the functions, in order of definition
 * @param attrs attributes of the module
 */
public record IRModule(Map<String, PrimFunc> functions, Map<String, AttrValue> attrs) {
  /** Copies the maps, keeping their order. */
  public IRModule {
    functions = Ordered.copyOf(functions);
    attrs = Ordered.copyOf(attrs);
  }

  /** A module of one function. */
  public static IRModule of(String name, PrimFunc function) {
    return new IRModule(Map.of(name, function), Map.of());
  }

  /**
   * One function.
   *
   * @throws IllegalArgumentException naming the functions that exist, if there is none of this name
   */
  public PrimFunc get(String name) {
    PrimFunc function = functions.get(name);
    if (function == null) {
      throw new IllegalArgumentException(
          "the module has no function '" + name + "'; it has " + functions.keySet());
    }
    return function;
  }

  /** The module with one more or another function. */
  public IRModule with(String name, PrimFunc function) {
    return new IRModule(Ordered.with(functions, name, function), attrs);
  }
}
