package dev.weft.graph.pass;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphVar;
import dev.weft.graph.ShapeType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.op.Lowering;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.SizeVars;
import dev.weft.graph.op.StoredForm;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.te.Te;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A group of operators as one TensorIR function.
 *
 * @param function its parameters are the group's, then the results, then {@code sizes}
 * @param sizes symbolic sizes that no tensor parameter has as a dimension
 */
public record LoweredFunction(PrimFunc function, List<IntExpr> sizes) {
  /** Copies the list. */
  public LoweredFunction {
    sizes = List.copyOf(sizes);
  }

  /**
   * Lowers a group: a function whose bindings are calls of operators. Constants of one element
   * become numbers in the code; other constants may not be operands.
   *
   * @throws IllegalArgumentException if the function is no such group
   */
  public static LoweredFunction of(GraphFunction group, String name) {
    Builder builder = new Builder(group.params());
    List<Binding> bindings = group.body().bindings();
    bindings.forEach(builder::binding);
    return builder.build(group.body().results(), name);
  }

  /** Lowers one call; all its operands, constants too, become parameters. */
  static LoweredFunction of(GraphExpr.Call call, String name) {
    List<GraphVar> params = new ArrayList<>();
    for (GraphExpr arg : call.args()) {
      params.add(GraphVar.of("p" + params.size(), arg.type()));
    }
    Builder builder = new Builder(params);
    GraphVar result = GraphVar.of(call.op().name(), call.type());
    builder.binding(
        new Binding(result, new GraphExpr.Call(call.op(), List.copyOf(params), call.type())));
    return builder.build(List.of(result), name);
  }

  private static final class Builder {
    private final IdentityHashMap<GraphVar, List<Lowering.Source>> sources =
        new IdentityHashMap<>();
    private final List<dev.weft.tir.te.Tensor> params = new ArrayList<>();
    private final SizeVars sizes;

    Builder(List<GraphVar> inputs) {
      sizes = new SizeVars(indexType(inputs));
      for (GraphVar input : inputs) {
        TensorType type = input.tensorType();
        List<Expr> shape = type.shape().dims().stream().map(sizes::expr).toList();
        dev.weft.tir.te.Tensor tensor =
            Te.placeholder("p" + params.size(), type.dtype().stored(), shape);
        params.add(tensor);
        sources.put(input, List.of(new Lowering.Source.Stage(tensor)));
      }
    }

    private static DType indexType(List<GraphVar> inputs) {
      boolean large =
          inputs.stream()
              .map(input -> SizeAlgebra.simplify(input.tensorType().shape().elements()))
              .anyMatch(
                  size -> size instanceof IntExpr.Const(long value) && value > Integer.MAX_VALUE);
      return large ? DType.INT64 : DType.INT32;
    }

    void binding(Binding binding) {
      if (binding.value() instanceof GraphExpr.TupleGet(GraphExpr tuple, int index)) {
        sources.put(binding.var(), List.of(all(tuple).get(index)));
        return;
      }
      if (!(binding.value() instanceof GraphExpr.Call(Operator op, var args, GraphType type))) {
        throw new IllegalArgumentException(
            "'" + binding.var().name() + "' is no call of an operator");
      }
      List<TensorType> types = new ArrayList<>();
      List<Lowering.Source> operands = new ArrayList<>();
      for (GraphExpr arg : args) {
        types.add((TensorType) arg.type());
        operands.add(source(arg));
      }
      List<TensorType> results = outputs(type);
      List<dev.weft.tir.te.Tensor> tensors =
          op.compute(new Lowering(types, operands, results, sizes));
      if (tensors.size() != results.size()) {
        throw new IllegalArgumentException(
            "the operator "
                + op.name()
                + " computes "
                + tensors.size()
                + " tensors, its type is "
                + type);
      }
      List<Lowering.Source> stages = new ArrayList<>();
      tensors.forEach(tensor -> stages.add(new Lowering.Source.Stage(tensor)));
      sources.put(binding.var(), stages);
    }

    private Lowering.Source source(GraphExpr atom) {
      return all(atom).get(0);
    }

    /** What the tensors of an atom are read from: one, or the fields of a tuple. */
    private List<Lowering.Source> all(GraphExpr atom) {
      if (atom instanceof GraphExpr.Constant(String name, Tensor value)) {
        if (value.elements() != 1) {
          throw new IllegalArgumentException(
              "the constant '" + name + "' of " + value + " must be a parameter of the group");
        }
        Tensor stored = StoredForm.view(value);
        Expr number =
            stored.dtype().isFloat()
                ? Expr.imm(stored.dtype(), stored.getDouble(0))
                : new Expr.IntImm(stored.dtype(), stored.getLong(0));
        return List.of(new Lowering.Source.Scalar(number));
      }
      List<Lowering.Source> found =
          atom instanceof GraphVar variable ? sources.get(variable) : null;
      if (found == null) {
        throw new IllegalArgumentException("'" + atom + "' is not known in the group");
      }
      return found;
    }

    LoweredFunction build(List<GraphExpr> results, String name) {
      List<dev.weft.tir.te.Tensor> tensors = new ArrayList<>(params);
      for (GraphExpr result : results) {
        for (Lowering.Source source : all(result)) {
          if (source instanceof Lowering.Source.Stage(var tensor)) {
            tensors.add(tensor);
          }
        }
      }
      Set<Var> bound = new HashSet<>();
      for (dev.weft.tir.te.Tensor tensor : tensors) {
        tensor.shape().forEach(size -> bind(size, bound));
      }
      List<Var> scalars = new ArrayList<>();
      List<IntExpr> unbound = new ArrayList<>();
      for (Map.Entry<String, Var> size : sizes.vars().entrySet()) {
        if (!bound.contains(size.getValue())) {
          scalars.add(size.getValue());
          unbound.add(IntExpr.symbol(size.getKey()));
        }
      }
      return new LoweredFunction(Te.primFunc(name, tensors, scalars), unbound);
    }

    private static void bind(Expr size, Set<Var> bound) {
      if (size instanceof Var variable) {
        bound.add(variable);
      }
    }
  }

  /** The types that a function's results have. */
  static List<TensorType> outputs(GraphType type) {
    return switch (type) {
      case TensorType tensor -> List.of(tensor);
      case TupleType(List<GraphType> fields) ->
          fields.stream().map(field -> (TensorType) field).toList();
      case ShapeType shape -> throw new IllegalArgumentException("a kernel can't give a " + shape);
    };
  }
}
