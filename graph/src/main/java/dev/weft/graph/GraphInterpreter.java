package dev.weft.graph;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.graph.op.Reshape;
import dev.weft.tir.interp.Interpreter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a lowered graph on host tensors, one TensorIR function after the other with the reference
 * interpreter: what a compiled model is compared with.
 */
public final class GraphInterpreter {
  private final Graph graph;
  private final Interpreter interpreter;

  /**
   * @param graph a graph behind all passes: {@code main} has calls of TensorIR functions and views
   *     only
   */
  public GraphInterpreter(Graph graph) {
    this.graph = graph;
    this.interpreter = Interpreter.of(graph.primFuncs());
  }

  /**
   * Runs {@code main}.
   *
   * @param inputs a tensor for each parameter, by name
   * @return the results by name, in order; some may share memory with inputs or constants
   * @throws InputException if an input is missing or does not fit its parameter's type
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    GraphFunction main = graph.main();
    Map<String, Long> sizes = new HashMap<>();
    IdentityHashMap<GraphVar, Tensor> values = new IdentityHashMap<>();
    for (GraphVar param : main.params()) {
      Tensor input = inputs.get(param.name());
      if (input == null) {
        throw new InputException(
            "there is no input '" + param.name() + "'",
            "",
            "give one for each of " + main.params().stream().map(GraphVar::name).toList());
      }
      ArgumentShapes.bind(param, input, sizes);
      values.put(param, input);
    }
    for (Binding binding : main.body().bindings()) {
      values.put(binding.var(), value(binding, values, sizes));
    }
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (int i = 0; i < main.resultNames().size(); i++) {
      results.put(main.resultNames().get(i), tensor(main.body().results().get(i), values));
    }
    return results;
  }

  private Tensor value(
      Binding binding, IdentityHashMap<GraphVar, Tensor> values, Map<String, Long> sizes) {
    if (binding.value() instanceof GraphExpr.CallTir(var name, var args, var outputs, var scalars)
        && outputs.size() == 1) {
      List<Object> arguments = new ArrayList<>();
      args.forEach(arg -> arguments.add(tensor(arg, values)));
      TensorType type = outputs.get(0);
      Tensor output = Tensor.allocate(type.dtype(), type.shape().evaluate(sizes));
      arguments.add(output);
      scalars.forEach(size -> arguments.add(size.evaluate(sizes)));
      interpreter.run(name, arguments);
      return output;
    }
    if (binding.value() instanceof GraphExpr.Call(var op, var args, TensorType type)
        && op instanceof Reshape) {
      return tensor(args.get(0), values).reshaped(type.shape().evaluate(sizes));
    }
    throw new IllegalArgumentException(
        "the binding of '"
            + binding.var().name()
            + "' is neither a call of a TensorIR function nor"
            + " a view: run all passes first");
  }

  private static Tensor tensor(GraphExpr atom, IdentityHashMap<GraphVar, Tensor> values) {
    Tensor tensor =
        switch (atom) {
          case GraphExpr.Constant constant -> constant.value();
          case GraphVar variable -> values.get(variable);
          default -> null;
        };
    if (tensor == null) {
      throw new IllegalArgumentException("'" + atom + "' has no value");
    }
    return tensor;
  }
}
