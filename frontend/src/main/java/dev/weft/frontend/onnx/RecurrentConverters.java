package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.GateActivation;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Recurrent;
import dev.weft.graph.op.Recurrent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Recurrent layers: a matrix product for all steps, then a recurrence for each direction. */
final class RecurrentConverters {
  private RecurrentConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("RNN", node -> layer(node, Kind.RNN));
    converters.put("GRU", node -> layer(node, Kind.GRU));
    converters.put("LSTM", node -> layer(node, Kind.LSTM));
  }

  private static List<GraphExpr> layer(Node node, Kind kind) {
    Emit emit = new Emit(node);
    boolean batchFirst = node.integer("layout", 0) == 1;
    GraphExpr x = batchFirst ? emit.transpose(node.input(0), 1, 0, 2) : node.input(0);
    List<Boolean> reversed =
        switch (node.text("direction", "forward")) {
          case "forward" -> List.of(false);
          case "reverse" -> List.of(true);
          case "bidirectional" -> List.of(false, true);
          default -> throw node.invalid("direction '" + node.text("direction", "") + "'");
        };
    List<List<GraphExpr>> directions = new ArrayList<>();
    for (int d = 0; d < reversed.size(); d++) {
      directions.add(direction(node, kind, x, d, reversed.get(d), batchFirst));
    }
    List<GraphExpr> results = new ArrayList<>();
    for (int i = 0; i < directions.get(0).size(); i++) {
      int axis = i == 0 ? 1 : 0;
      List<GraphExpr> parts = new ArrayList<>();
      for (List<GraphExpr> direction : directions) {
        parts.add(emit.unsqueeze(direction.get(i), axis));
      }
      GraphExpr all = emit.concat(axis, parts);
      if (batchFirst) {
        all = i == 0 ? emit.transpose(all, 2, 0, 1, 3) : emit.transpose(all, 1, 0, 2);
      }
      results.add(all);
    }
    return results;
  }

  private static List<GraphExpr> direction(
      Node node, Kind kind, GraphExpr x, int d, boolean reverse, boolean batchFirst) {
    Emit emit = new Emit(node);
    TensorType type = emit.type(x);
    DType dtype = type.dtype();
    GraphExpr weights = part(emit, node.input(1), d);
    GraphExpr recurrence = part(emit, node.input(2), d);
    IntExpr rows = emit.dim(weights, 0);
    IntExpr width = emit.dim(recurrence, 1);
    GraphExpr gates = node.emit(new MatMul(false, true), x, weights);
    GraphExpr zeros = emit.expand(emit.scalar(dtype, 0), List.of(rows));
    GraphExpr recurrentBias = zeros;
    if (node.has(3)) {
      GraphExpr bias = part(emit, node.input(3), d);
      IntExpr twice = SizeAlgebra.times(rows, IntExpr.of(2));
      gates = emit.add(gates, emit.slice(bias, 0, IntExpr.of(0), rows));
      recurrentBias = emit.slice(bias, 0, rows, twice);
    }
    List<GraphExpr> operands =
        new ArrayList<>(
            List.of(
                gates,
                recurrence,
                recurrentBias,
                first(node, 5, d, type, width, batchFirst),
                lengths(node, type)));
    if (kind == Kind.LSTM) {
      operands.add(first(node, 6, d, type, width, batchFirst));
      IntExpr peepholes = SizeAlgebra.times(width, IntExpr.of(3));
      operands.add(
          node.has(7)
              ? part(emit, node.input(7), d)
              : emit.expand(emit.scalar(dtype, 0), List.of(peepholes)));
    }
    Recurrent recurrent =
        new Recurrent(
            kind,
            reverse,
            node.flag("linear_before_reset", false),
            node.flag("input_forget", false),
            node.number("clip", 0),
            activations(node, kind, d));
    return node.emitAll(recurrent, operands);
  }

  /** What belongs to one direction: the first dimension counts them. */
  private static GraphExpr part(Emit emit, GraphExpr x, int direction) {
    GraphExpr part =
        SizeAlgebra.equal(emit.dim(x, 0), IntExpr.of(1))
            ? x
            : emit.slice(x, 0, IntExpr.of(direction), IntExpr.of(direction + 1L));
    return emit.squeeze(part, 0);
  }

  private static GraphExpr first(
      Node node, int input, int direction, TensorType x, IntExpr width, boolean batchFirst) {
    Emit emit = new Emit(node);
    if (!node.has(input)) {
      return emit.expand(emit.scalar(x.dtype(), 0), List.of(x.dim(1), width));
    }
    GraphExpr states = node.input(input);
    return part(emit, batchFirst ? emit.transpose(states, 1, 0, 2) : states, direction);
  }

  private static GraphExpr lengths(Node node, TensorType x) {
    Emit emit = new Emit(node);
    return node.has(4)
        ? emit.cast(node.input(4), DType.INT32)
        : emit.expand(emit.size(x.dim(0), DType.INT32), List.of(x.dim(1)));
  }

  private static List<GateActivation> activations(Node node, Kind kind, int direction) {
    List<String> usual =
        switch (kind) {
          case RNN -> List.of("Tanh");
          case GRU -> List.of("Sigmoid", "Tanh");
          case LSTM -> List.of("Sigmoid", "Tanh", "Tanh");
        };
    List<String> names = node.texts("activations");
    List<Float> alphas = node.numbers("activation_alpha");
    List<Float> betas = node.numbers("activation_beta");
    List<GateActivation> all = new ArrayList<>();
    int alpha = 0;
    int beta = 0;
    // Parameters are listed for the functions that have them, in order.
    int count = names.isEmpty() ? kind.functions : names.size();
    for (int i = 0; i < count; i++) {
      String name = names.isEmpty() ? usual.get(i) : names.get(i);
      GateActivation standard = standard(node, name);
      boolean hasAlpha = !Double.isNaN(standard.alpha());
      boolean hasBeta = !Double.isNaN(standard.beta());
      double a = hasAlpha && alpha < alphas.size() ? alphas.get(alpha++) : standard.alpha();
      double b = hasBeta && beta < betas.size() ? betas.get(beta++) : standard.beta();
      all.add(new GateActivation(standard.function(), hasAlpha ? a : 0, hasBeta ? b : 0));
    }
    if (names.isEmpty()) {
      return all;
    }
    int from = direction * kind.functions;
    if (from + kind.functions > all.size()) {
      throw node.invalid("there must be " + kind.functions + " activations a direction");
    }
    return all.subList(from, from + kind.functions);
  }

  /** A function with its parameters' standard values; NaN for those that it has not. */
  private static GateActivation standard(Node node, String name) {
    double none = Double.NaN;
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "relu" -> new GateActivation(GateActivation.Function.RELU, none, none);
      case "tanh" -> new GateActivation(GateActivation.Function.TANH, none, none);
      case "sigmoid" -> new GateActivation(GateActivation.Function.SIGMOID, none, none);
      case "affine" -> new GateActivation(GateActivation.Function.AFFINE, 1, 0);
      case "leakyrelu" -> new GateActivation(GateActivation.Function.LEAKY_RELU, 0.01, none);
      case "thresholdedrelu" ->
          new GateActivation(GateActivation.Function.THRESHOLDED_RELU, 1, none);
      case "scaledtanh" -> new GateActivation(GateActivation.Function.SCALED_TANH, 1, 1);
      case "hardsigmoid" -> new GateActivation(GateActivation.Function.HARD_SIGMOID, 0.2, 0.5);
      case "elu" -> new GateActivation(GateActivation.Function.ELU, 1, none);
      case "softsign" -> new GateActivation(GateActivation.Function.SOFTSIGN, none, none);
      case "softplus" -> new GateActivation(GateActivation.Function.SOFTPLUS, none, none);
      default -> throw node.invalid("activation '" + name + "' is unknown");
    };
  }
}
