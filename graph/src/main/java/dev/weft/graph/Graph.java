package dev.weft.graph;

import dev.weft.graph.text.GraphPrinter;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model: graph functions by name, and the TensorIR functions that they call.
 *
 * @param functions the graph functions, {@link #MAIN} among them in a whole model
 * @param primFuncs the TensorIR functions
 */
public record Graph(Map<String, GraphFunction> functions, IRModule primFuncs) {
  /** The name of the function that a model runs. */
  public static final String MAIN = "main";

  /** Copies the map, keeping its order. */
  public Graph {
    functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
  }

  /** A graph of one function called {@link #MAIN}. */
  public static Graph of(GraphFunction main) {
    return new Graph(Map.of(MAIN, main), new IRModule(Map.of(), Map.of()));
  }

  /**
   * One function.
   *
   * @throws IllegalArgumentException naming the functions that exist, if there is none of this name
   */
  public GraphFunction function(String name) {
    GraphFunction function = functions.get(name);
    if (function == null) {
      throw new IllegalArgumentException(
          "the graph has no function '" + name + "'; it has " + functions.keySet());
    }
    return function;
  }

  /** The function that the model runs. */
  public GraphFunction main() {
    return function(MAIN);
  }

  /** The graph with one more or another graph function. */
  public Graph with(String name, GraphFunction function) {
    Map<String, GraphFunction> changed = new LinkedHashMap<>(functions);
    changed.put(name, function);
    return new Graph(changed, primFuncs);
  }

  /** The graph without a graph function. */
  public Graph without(String name) {
    Map<String, GraphFunction> changed = new LinkedHashMap<>(functions);
    changed.remove(name);
    return new Graph(changed, primFuncs);
  }

  /** The graph with one more or another TensorIR function. */
  public Graph withPrimFunc(String name, PrimFunc function) {
    return new Graph(functions, primFuncs.with(name, function));
  }

  /** The text form, see {@link GraphPrinter}. */
  @Override
  public String toString() {
    return GraphPrinter.print(this);
  }
}
