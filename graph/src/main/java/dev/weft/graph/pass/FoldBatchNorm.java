package dev.weft.graph.pass;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BatchNorm;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A convolution followed by a normalisation with known statistics is a convolution: with {@code s =
 * scale / sqrt(variance + epsilon)}, the weights times s, and the bias {@code (b - mean) * s +
 * bias}.
 */
final class FoldBatchNorm {
  private final BiFunction<String, GraphExpr, GraphExpr> emit;

  FoldBatchNorm(BiFunction<String, GraphExpr, GraphExpr> emit) {
    this.emit = emit;
  }

  /** The convolution that does both. */
  GraphExpr into(Conv conv, List<GraphExpr> operands, BatchNorm norm, List<GraphExpr> statistics) {
    GraphExpr scale = statistics.get(1);
    GraphExpr bias = statistics.get(2);
    GraphExpr mean = statistics.get(3);
    GraphExpr variance = statistics.get(4);
    GraphExpr weights = operands.get(1);
    TensorType weightType = (TensorType) weights.type();

    GraphExpr shifted = binary(BinaryFunction.ADD, variance, number(weightType, norm.epsilon()));
    GraphExpr deviation = call("deviation", new Unary(UnaryFunction.SQRT), shifted);
    GraphExpr factor = binary(BinaryFunction.DIVIDE, scale, deviation);

    List<IntExpr> perFilter = new ArrayList<>();
    for (int i = 0; i < weightType.rank(); i++) {
      perFilter.add(i == 0 ? weightType.dim(0) : IntExpr.of(1));
    }
    GraphExpr column = call("factor", new Reshape(new Shape(perFilter)), factor);
    GraphExpr newWeights = binary(BinaryFunction.MULTIPLY, weights, column);
    GraphExpr negated =
        operands.size() == 3
            ? binary(BinaryFunction.SUBTRACT, operands.get(2), mean)
            : call("negated", new Unary(UnaryFunction.NEG), mean);
    GraphExpr newBias =
        binary(BinaryFunction.ADD, binary(BinaryFunction.MULTIPLY, negated, factor), bias);
    return GraphExpr.Call.of(conv, List.of(operands.get(0), newWeights, newBias));
  }

  private GraphExpr binary(BinaryFunction function, GraphExpr a, GraphExpr b) {
    return call(function.text(), new Binary(function), a, b);
  }

  private GraphExpr call(String name, Operator op, GraphExpr... args) {
    return emit.apply(name, GraphExpr.Call.of(op, Arrays.asList(args)));
  }

  private static GraphExpr number(TensorType like, double value) {
    Tensor tensor = Tensor.allocate(like.dtype());
    tensor.setDouble(0, value);
    return new GraphExpr.Constant("", tensor);
  }
}
