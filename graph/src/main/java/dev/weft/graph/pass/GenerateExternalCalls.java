package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.partition.ExternalCall;
import dev.weft.graph.partition.Library;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has each composite function's library generate the call that carries it out, and puts that in the
 * place of the function.
 */
public final class GenerateExternalCalls implements GraphPass {
  private final Map<String, Library> libraries = new LinkedHashMap<>();

  /**
   * @param libraries those that composite functions were made for
   */
  public GenerateExternalCalls(List<? extends Library> libraries) {
    libraries.forEach(library -> this.libraries.put(library.name(), library));
  }

  @Override
  public String name() {
    return "generate_external_calls";
  }

  @Override
  public boolean required() {
    return true;
  }

  @Override
  public Set<String> after() {
    return Set.of("partition_for_libraries");
  }

  @Override
  public Graph apply(Graph graph) {
    Graph called = Functions.map(graph, function -> new Mutator(graph).mutate(function));
    Map<String, GraphFunction> functions = new LinkedHashMap<>(called.functions());
    functions.values().removeIf(function -> function.composite() != null);
    return new Graph(functions, graph.primFuncs());
  }

  private final class Mutator extends GraphMutator {
    private final Graph graph;

    Mutator(Graph graph) {
      this.graph = graph;
    }

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value
          instanceof GraphExpr.CallFunction(String name, List<GraphExpr> args, GraphType type))) {
        return value;
      }
      GraphFunction composite = graph.function(name);
      String pattern = composite.composite();
      if (pattern == null || !(type instanceof TensorType result)) {
        return value;
      }
      int dot = pattern.indexOf('.');
      Library library = libraries.get(pattern.substring(0, dot));
      if (library == null) {
        throw new IllegalArgumentException(
            "'" + name + "' is for " + pattern + ", the libraries are " + libraries.keySet());
      }
      ExternalCall call = library.generate(pattern.substring(dot + 1), composite);
      return new GraphExpr.CallPacked(call.function(), args, List.of(result), call.attributes());
    }
  }
}
