package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.GatherElements;
import dev.weft.graph.op.Softmax;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Losses of classifiers. */
final class LossConverters {
  private LossConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put(
        "NegativeLogLikelihoodLoss",
        node -> List.of(loss(node, node.input(0), node.has(2) ? node.input(2) : null)));
    converters.put(
        "SoftmaxCrossEntropyLoss",
        node -> {
          GraphExpr logarithms = node.emit(new Softmax(1, true), node.input(0));
          GraphExpr weights = node.has(2) ? node.input(2) : null;
          return List.of(loss(node, logarithms, weights), logarithms);
        });
  }

  /** The loss of log-probabilities {@code [n, classes, d…]} for the classes in input 1. */
  private static GraphExpr loss(Node node, GraphExpr logarithms, @Nullable GraphExpr weights) {
    Emit emit = new Emit(node);
    GraphExpr target = emit.cast(node.input(1), DType.INT64);
    GraphExpr valid = null;
    if (node.hasAttribute("ignore_index")) {
      GraphExpr ignored = emit.int64(node.integer("ignore_index", 0));
      valid = emit.binary(BinaryFunction.NOT_EQUAL, target, ignored);
      target = emit.where(valid, target, emit.like(target, 0));
    }
    GraphExpr picked = node.emit(new GatherElements(1), logarithms, emit.unsqueeze(target, 1));
    GraphExpr loss = emit.neg(emit.squeeze(picked, 1));
    GraphExpr one = emit.like(loss, 1);
    GraphExpr weight = weights == null ? null : emit.gather(weights, target, 0);
    if (valid != null) {
      weight = emit.where(valid, weight == null ? one : weight, emit.like(loss, 0));
    }
    if (weight != null) {
      loss = emit.mul(loss, weight);
    }
    List<Integer> all = emit.range(0, emit.rank(loss));
    return switch (node.text("reduction", "mean")) {
      case "none" -> loss;
      case "sum" -> emit.sum(loss, all, false);
      case "mean" ->
          weight == null
              ? emit.mean(loss, all, false)
              : emit.div(emit.sum(loss, all, false), emit.sum(weight, all, false));
      default -> throw node.invalid("reduction '" + node.text("reduction", "") + "' is unknown");
    };
  }
}
