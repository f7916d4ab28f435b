package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.BinaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The optimizers of the domain {@code ai.onnx.preview.training}. */
final class TrainingConverters {
  private TrainingConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("Adagrad", node -> each(node, 1, TrainingConverters::adagrad));
    converters.put("Adam", node -> each(node, 2, TrainingConverters::adam));
    converters.put("Momentum", node -> each(node, 1, TrainingConverters::momentum));
  }

  /** One tensor's step: its new value, then its new states. */
  @FunctionalInterface
  private interface Step {
    List<GraphExpr> of(Emit emit, GraphExpr x, GraphExpr gradient, List<GraphExpr> states);
  }

  /**
   * Inputs are the rate R, the count T, then all tensors, all gradients, all states of each kind;
   * results are all new tensors, then all new states of each kind.
   */
  private static List<GraphExpr> each(Node node, int kinds, Step step) {
    Emit emit = new Emit(node);
    int tensors = (node.inputCount() - 2) / (2 + kinds);
    if (tensors < 1 || (node.inputCount() - 2) % (2 + kinds) != 0) {
      throw node.invalid("it has " + node.inputCount() + " inputs");
    }
    List<List<GraphExpr>> steps = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      List<GraphExpr> states = new ArrayList<>();
      for (int kind = 0; kind < kinds; kind++) {
        states.add(node.input(2 + (2 + kind) * tensors + i));
      }
      steps.add(step.of(emit, node.input(2 + i), node.input(2 + tensors + i), states));
    }
    List<GraphExpr> results = new ArrayList<>();
    for (int kind = 0; kind <= kinds; kind++) {
      for (List<GraphExpr> each : steps) {
        results.add(each.get(kind));
      }
    }
    return results;
  }

  private static GraphExpr rate(Emit emit, GraphExpr x) {
    return emit.cast(emit.reshape(emit.node().input(0), List.of()), emit.dtype(x));
  }

  private static GraphExpr count(Emit emit, GraphExpr x) {
    return emit.cast(emit.reshape(emit.node().input(1), List.of()), emit.dtype(x));
  }

  private static GraphExpr regularised(Emit emit, GraphExpr x, GraphExpr gradient) {
    double factor = emit.node().number("norm_coefficient", 0);
    return factor == 0 ? gradient : emit.add(emit.mul(x, factor), gradient);
  }

  private static List<GraphExpr> adagrad(
      Emit emit, GraphExpr x, GraphExpr gradient, List<GraphExpr> states) {
    Node node = emit.node();
    GraphExpr decay = emit.mul(count(emit, x), node.number("decay_factor", 0));
    GraphExpr rate = emit.div(rate(emit, x), emit.add(decay, 1));
    GraphExpr g = regularised(emit, x, gradient);
    GraphExpr squares = emit.add(states.get(0), emit.square(g));
    GraphExpr scale = emit.add(emit.sqrt(squares), node.number("epsilon", 1e-6));
    return List.of(emit.sub(x, emit.div(emit.mul(rate, g), scale)), squares);
  }

  private static List<GraphExpr> adam(
      Emit emit, GraphExpr x, GraphExpr gradient, List<GraphExpr> states) {
    Node node = emit.node();
    double alpha = node.number("alpha", 0.9);
    double beta = node.number("beta", 0.999);
    GraphExpr g = regularised(emit, x, gradient);
    GraphExpr mean = emit.add(emit.mul(states.get(0), alpha), emit.mul(g, 1 - alpha));
    GraphExpr squares = emit.add(emit.mul(states.get(1), beta), emit.mul(emit.square(g), 1 - beta));
    GraphExpr count = count(emit, x);
    GraphExpr corrected =
        emit.div(
            emit.mul(rate(emit, x), emit.sqrt(lessPower(emit, beta, count))),
            lessPower(emit, alpha, count));
    // In the first step there is nothing to correct.
    GraphExpr first = emit.equal(count, emit.like(count, 0));
    GraphExpr rate = emit.where(first, rate(emit, x), corrected);
    GraphExpr scale = emit.add(emit.sqrt(squares), node.number("epsilon", 1e-6));
    GraphExpr next = emit.sub(x, emit.div(emit.mul(rate, mean), scale));
    double after = node.number("norm_coefficient_post", 0);
    return List.of(after == 0 ? next : emit.mul(next, 1 - after), mean, squares);
  }

  /** {@code 1 - base^count}. */
  private static GraphExpr lessPower(Emit emit, double base, GraphExpr count) {
    GraphExpr power = emit.binary(BinaryFunction.POWER, emit.like(count, base), count);
    return emit.sub(emit.like(count, 1), power);
  }

  private static List<GraphExpr> momentum(
      Emit emit, GraphExpr x, GraphExpr gradient, List<GraphExpr> states) {
    Node node = emit.node();
    GraphExpr g = regularised(emit, x, gradient);
    double alpha = node.number("alpha", 0);
    double beta = node.number("beta", 0);
    DType dtype = emit.dtype(x);
    // In the first step the gradient counts as a whole.
    GraphExpr later =
        emit.less(
            emit.scalar(DType.INT64, 0),
            emit.cast(emit.reshape(node.input(1), List.of()), DType.INT64));
    GraphExpr factor = emit.where(later, emit.scalar(dtype, beta), emit.scalar(dtype, 1));
    GraphExpr velocity = emit.add(emit.mul(states.get(0), alpha), emit.mul(g, factor));
    GraphExpr step =
        switch (node.text("mode", "standard")) {
          case "standard" -> velocity;
          case "nesterov" -> emit.add(g, emit.mul(velocity, alpha));
          default -> throw node.invalid("mode '" + node.text("mode", "") + "' is unknown");
        };
    return List.of(emit.sub(x, emit.mul(rate(emit, x), step)), velocity);
  }
}
