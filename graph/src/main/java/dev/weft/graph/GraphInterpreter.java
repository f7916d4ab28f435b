package dev.weft.graph;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.StoredForm;
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
  private final IdentityHashMap<GraphVar, List<Tensor>> fields = new IdentityHashMap<>();

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
    fields.clear();
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
      if (binding.value() instanceof GraphExpr.BindSizes bind) {
        bindSizes(bind, values, sizes);
      } else {
        List<Tensor> results = value(binding, values, sizes);
        values.put(binding.var(), results.get(0));
        fields.put(binding.var(), results);
      }
    }
    Map<String, Tensor> results = new LinkedHashMap<>();
    for (int i = 0; i < main.resultNames().size(); i++) {
      results.put(main.resultNames().get(i), tensor(main.body().results().get(i), values));
    }
    return results;
  }

  private static void bindSizes(
      GraphExpr.BindSizes bind, IdentityHashMap<GraphVar, Tensor> values, Map<String, Long> sizes) {
    for (GraphExpr.BindSizes.Read read : bind.reads()) {
      sizes.put(read.name(), tensor(read.tensor(), values).getLong(read.index().evaluate(sizes)));
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      long value = size.value().evaluate(sizes);
      if (value < 0) {
        throw new InputException("the size " + size.symbol() + " is " + value, bind.where(), "");
      }
      sizes.put(size.symbol(), value);
    }
    for (GraphExpr.BindSizes.Check check : bind.checks()) {
      if (check.condition().evaluate(sizes) == 0) {
        throw new InputException(check.otherwise(), bind.where(), "");
      }
    }
  }

  private List<Tensor> value(
      Binding binding, IdentityHashMap<GraphVar, Tensor> values, Map<String, Long> sizes) {
    if (binding.value()
        instanceof GraphExpr.CallTir(var name, var args, var outputs, var scalars)) {
      List<Object> arguments = new ArrayList<>();
      args.forEach(arg -> arguments.add(StoredForm.view(tensor(arg, values))));
      List<Tensor> results = new ArrayList<>();
      for (TensorType type : outputs) {
        results.add(Tensor.allocate(type.dtype(), type.shape().evaluate(sizes)));
      }
      results.forEach(result -> arguments.add(StoredForm.view(result)));
      scalars.forEach(size -> arguments.add(size.evaluate(sizes)));
      interpreter.run(name, arguments);
      return results;
    }
    if (binding.value() instanceof GraphExpr.Call(var op, var args, TensorType type)
        && op instanceof Reshape) {
      return List.of(tensor(args.get(0), values).reshaped(type.shape().evaluate(sizes)));
    }
    if (binding.value() instanceof GraphExpr.TupleGet(GraphVar tuple, int index)) {
      List<Tensor> tensors = fields.get(tuple);
      if (tensors != null) {
        return List.of(tensors.get(index));
      }
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
