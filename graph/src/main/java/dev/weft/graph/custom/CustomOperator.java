package dev.weft.graph.custom;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.graph.op.Lowering;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.PatternKind;
import dev.weft.graph.op.SizeVars;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A defined operator with the attributes of one node.
 *
 * @param definition a tensor expression, or a script that is one
 * @param node the node's attributes
 * @param kind how the elements of the result depend on the operands', found by analysis
 */
public record CustomOperator(OperatorDefinition definition, NodeAttributes node, PatternKind kind)
    implements Operator {
  /**
   * The operator for operands of these types.
   *
   * @throws TypeException if it does not take them, or its expression is of another type than its
   *     shape rule says
   */
  public static CustomOperator of(
      OperatorDefinition definition, NodeAttributes attributes, List<TensorType> operands) {
    TensorType result = definition.rule().infer(operands, attributes);
    SizeVars sizes = new SizeVars(DType.INT32);
    List<Tensor> params = new ArrayList<>();
    List<Lowering.Source> sources = new ArrayList<>();
    for (TensorType type : operands) {
      List<Expr> shape = type.shape().dims().stream().map(sizes::expr).toList();
      Tensor tensor = Te.placeholder("p" + params.size(), type.dtype(), shape);
      params.add(tensor);
      sources.add(new Lowering.Source.Stage(tensor));
    }
    Lowering call = new Lowering(operands, sources, List.of(result), sizes);
    Tensor tensor = compute(definition, attributes, call);
    check(definition, result, tensor);
    params.add(tensor);
    PrimFunc function = Te.primFunc(definition.name(), params, List.copyOf(sizes.vars().values()));
    return new CustomOperator(definition, attributes, PatternKinds.of(function));
  }

  /** What can be told now: element type, rank and known sizes; the rest is the author's. */
  private static void check(OperatorDefinition definition, TensorType result, Tensor tensor) {
    boolean same = tensor.dtype().equals(result.dtype()) && tensor.rank() == result.rank();
    for (int i = 0; same && i < result.rank(); i++) {
      boolean known = tensor.dim(i) instanceof Expr.IntImm;
      same =
          !(known && result.dim(i) instanceof IntExpr.Const(long size))
              || tensor.dim(i).isConst(size);
    }
    if (!same) {
      throw new TypeException(
          "its shape rule says " + result + ", its expression gives " + tensor, definition.name());
    }
  }

  private static Tensor compute(
      OperatorDefinition definition, NodeAttributes attributes, Lowering call) {
    return switch (definition.body()) {
      case OperatorDefinition.Body.Expression(var computation) ->
          computation.compute(call, attributes);
      case OperatorDefinition.Body.Script(ScriptFunction function) ->
          function.withAttributes(attributes).compute(call);
      case OperatorDefinition.Body.External(String function) ->
          throw new IllegalArgumentException(
              "'" + definition.name() + "' is computed by the Java function '" + function + "'");
    };
  }

  @Override
  public String name() {
    return definition.name();
  }

  @Override
  public Map<String, Object> attributes() {
    return node.values();
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    List<TensorType> operands = new ArrayList<>();
    for (GraphType arg : args) {
      if (!(arg instanceof TensorType tensor)) {
        throw new TypeException("takes tensors, got " + arg, name());
      }
      operands.add(tensor);
    }
    return definition.rule().infer(operands, node);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(compute(definition, node, call));
  }
}
