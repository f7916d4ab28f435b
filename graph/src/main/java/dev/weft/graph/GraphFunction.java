package dev.weft.graph;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function of the graph.
 *
 * @param params the parameters
 * @param body what it does
 * @param resultNames a name for each of the body's results, as the model calls its outputs
 * @param attrs attributes, {@link #PRIMITIVE} among them
 */
public record GraphFunction(
    List<GraphVar> params, Body body, List<String> resultNames, Map<String, AttrValue> attrs) {
  /** Attribute (int 1): the function is a group of operators that becomes one kernel. */
  public static final String PRIMITIVE = "Primitive";

  /**
   * Attribute (a string, {@code library.pattern}): the function is carried out by one call of an
   * external library.
   */
  public static final String COMPOSITE = "Composite";

  /** Copies the collections and checks that every result has a name. */
  public GraphFunction {
    params = List.copyOf(params);
    resultNames = List.copyOf(resultNames);
    attrs = Collections.unmodifiableMap(new LinkedHashMap<>(attrs));
    if (resultNames.size() != body.results().size()) {
      throw new IllegalArgumentException(
          "GraphFunction has "
              + body.results().size()
              + " results and "
              + resultNames.size()
              + " names for them");
    }
  }

  /** The same function with another body of as many results. */
  public GraphFunction withBody(Body newBody) {
    return new GraphFunction(params, newBody, resultNames, attrs);
  }

  /** The same function with other parameters. */
  public GraphFunction withParams(List<GraphVar> newParams) {
    return new GraphFunction(newParams, body, resultNames, attrs);
  }

  /** Whether this is a group of operators that becomes one kernel. */
  public boolean isPrimitive() {
    return attrs.get(PRIMITIVE) instanceof Expr imm && imm.isConst(1);
  }

  /** The library and its pattern if one call of that carries the function out; null otherwise. */
  public @Nullable String composite() {
    return attrs.get(COMPOSITE) instanceof Expr.StringImm(String pattern) ? pattern : null;
  }

  /** The result of this name, or -1. */
  public int resultIndex(String name) {
    return resultNames.indexOf(name);
  }
}
