package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Axes;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Einstein summation: the product of all operands' elements, summed over the labels that the result
 * does not have. Each operand has a label for each of its dimensions; a label that an operand has
 * twice stands for its diagonal; a dimension of size 1 is stretched to what others with its label
 * have.
 *
 * @param inputs the labels of each operand's dimensions
 * @param output the labels of the result's dimensions
 */
public record Einsum(List<List<Integer>> inputs, List<Integer> output) implements Operator {
  /** Copies the lists. */
  public Einsum {
    inputs = inputs.stream().map(List::copyOf).toList();
    output = List.copyOf(output);
  }

  @Override
  public String name() {
    return "einsum";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, inputs.size(), inputs.size());
    DType dtype = operands.commonDtype();
    for (int i = 0; i < inputs.size(); i++) {
      if (operands.tensor(i).rank() != inputs.get(i).size()) {
        throw operands.failure(
            "the term of operand "
                + i
                + " has "
                + inputs.get(i).size()
                + " labels, it is "
                + operands.tensor(i));
      }
    }
    Map<Integer, IntExpr> sizes = sizes(operands.tensors(), operands);
    List<IntExpr> dims = new ArrayList<>();
    for (int label : output) {
      IntExpr size = sizes.get(label);
      if (size == null) {
        throw operands.failure("no operand has a label of the result");
      }
      dims.add(size);
    }
    return new TensorType(new Shape(dims), dtype);
  }

  private Map<Integer, IntExpr> sizes(List<TensorType> types, Operands operands) {
    Map<Integer, IntExpr> sizes = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      for (int d = 0; d < inputs.get(i).size(); d++) {
        int label = inputs.get(i).get(d);
        IntExpr size = types.get(i).dim(d);
        IntExpr known = sizes.get(label);
        if (known == null || Operands.isOne(known)) {
          sizes.put(label, size);
        } else if (!Operands.isOne(size)) {
          operands.sameSize(known, size, "the sizes of dimensions with one label");
        }
      }
    }
    return sizes;
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    List<GraphType> types = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      types.add(call.type(i));
    }
    Operands operands = Operands.of(this, types, inputs.size(), inputs.size());
    DType dtype = call.result().dtype();
    DType wide = Maths.accumulator(dtype);
    Map<Integer, ReduceAxis> summed = new LinkedHashMap<>();
    sizes(operands.tensors(), operands)
        .forEach(
            (label, size) -> {
              if (!output.contains(label)) {
                summed.put(label, Te.reduceAxis(call.expr(size), "k" + label));
              }
            });
    if (summed.isEmpty()) {
      return List.of(
          Te.compute(
              name(), call.shape(), axes -> Expr.cast(dtype, product(call, axes, summed, wide))));
    }
    Tensor sum =
        Te.reduce(
            name(),
            call.shape(),
            axes ->
                Te.sum(
                    product(call, axes, summed, wide), summed.values().toArray(ReduceAxis[]::new)));
    return List.of(Maths.narrowed(sum, dtype, name()));
  }

  private Expr product(Lowering call, Axes axes, Map<Integer, ReduceAxis> summed, DType wide) {
    Expr product = null;
    for (int i = 0; i < inputs.size(); i++) {
      List<Expr> at = new ArrayList<>();
      for (int d = 0; d < inputs.get(i).size(); d++) {
        int label = inputs.get(i).get(d);
        ReduceAxis axis = summed.get(label);
        Expr index = axis == null ? axes.get(output.indexOf(label)) : axis.var();
        at.add(Operands.isOne(call.type(i).dim(d)) ? call.index(0) : index);
      }
      Expr element = Expr.cast(wide, call.at(i, at));
      product = product == null ? element : Expr.mul(product, element);
    }
    return product == null ? Expr.imm(wide, 1) : product;
  }
}
