package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor of a model is to the operator that takes it, and how random values for it are
 * distributed.
 *
 * @param kind what it is
 * @param gain the factor of its spread, or of its middle for a factor
 */
record WeightRole(Kind kind, double gain) {
  /** An added vector, near 0. */
  static final WeightRole SHIFT = new WeightRole(Kind.SHIFT, 1);

  /** What a residual connection adds contributes a quarter of the mean square. */
  private static final double RESIDUAL = 0.5;

  /** How operators use weights. */
  enum Kind {
    /** {@code [outputs, inputs…]}: each output is a sum over everything but the first dimension. */
    ROWS,
    /** {@code [… , inputs, outputs]}: each output is a sum over the last dimension but one. */
    COLUMNS,
    /** Each output is a sum over the last dimension: the gates of recurrent operators. */
    LAST,
    /** {@code [inputs, outputs, window…]} of a transposed convolution. */
    TRANSPOSED,
    /** Near 1, or what the gain is. */
    FACTOR,
    /** At least 0.5. */
    VARIANCE,
    /** Near 0. */
    SHIFT
  }

  /** The mean of the values. */
  double middle() {
    return switch (kind) {
      case FACTOR -> gain;
      case VARIANCE -> 1;
      case ROWS, COLUMNS, LAST, TRANSPOSED, SHIFT -> 0;
    };
  }

  /** The values' standard deviation. */
  double spread(long[] shape) {
    return switch (kind) {
      case ROWS -> gain * he(product(shape, 1));
      case COLUMNS -> gain * he(shape.length < 2 ? product(shape, 0) : shape[shape.length - 2]);
      case LAST -> gain * he(shape.length == 0 ? 1 : shape[shape.length - 1]);
      case TRANSPOSED -> gain * he(shape.length == 0 ? 1 : shape[0]);
      case FACTOR, SHIFT -> 0.1 * gain;
      case VARIANCE -> 0.2;
    };
  }

  /** Whether values must not come near 0. */
  boolean isPositive() {
    return kind == Kind.VARIANCE;
  }

  private static double he(long terms) {
    return Math.sqrt(2.0 / Math.max(1, terms));
  }

  private static long product(long[] shape, int from) {
    long product = 1;
    for (int i = from; i < shape.length; i++) {
      product *= shape[i];
    }
    return product;
  }

  /** The roles of the tensors that a graph's operators take as weights, by name. */
  static Map<String, WeightRole> of(GraphProto graph) {
    Set<String> fixed = new HashSet<>();
    graph.getInitializerList().stream().map(TensorProto::getName).forEach(fixed::add);
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("ConstantOfShape")) {
        fixed.addAll(node.getOutputList());
      }
    }
    // What is fixed stays so through operators that only change the shape.
    Map<String, String> origins = new HashMap<>();
    fixed.forEach(name -> origins.put(name, name));
    Set<String> added = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      if (isView(node) && origins.containsKey(node.getInput(0))) {
        origins.put(node.getOutput(0), origins.getOrDefault(node.getInput(0), ""));
      }
      boolean sum = node.getOpType().equals("Add") || node.getOpType().equals("Sum");
      if (sum && node.getInputList().stream().noneMatch(origins::containsKey)) {
        added.addAll(node.getInputList());
      }
    }
    Map<String, WeightRole> roles = new HashMap<>();
    for (NodeProto node : graph.getNodeList()) {
      boolean residual = node.getOutputList().stream().anyMatch(added::contains);
      for (int i = 0; i < node.getInputCount(); i++) {
        String origin = origins.get(node.getInput(i));
        WeightRole role = origin == null ? null : of(node, i, residual ? RESIDUAL : 1);
        if (role != null) {
          roles.putIfAbsent(origin, role);
        }
      }
    }
    return roles;
  }

  private static boolean isView(NodeProto node) {
    return node.getInputCount() > 0
        && List.of("Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten")
            .contains(node.getOpType());
  }

  private static @Nullable WeightRole of(NodeProto node, int input, double gain) {
    return switch (node.getOpType()) {
      case "Conv" -> input == 1 ? new WeightRole(Kind.ROWS, gain) : input == 2 ? SHIFT : null;
      case "ConvTranspose" ->
          input == 1 ? new WeightRole(Kind.TRANSPOSED, gain) : input == 2 ? SHIFT : null;
      case "Gemm" ->
          switch (input) {
            case 1 -> new WeightRole(isSet(node, "transB") ? Kind.ROWS : Kind.COLUMNS, gain);
            case 2 -> SHIFT;
            default -> null;
          };
      case "MatMul" -> input == 1 ? new WeightRole(Kind.COLUMNS, gain) : null;
      case "RNN", "GRU", "LSTM" ->
          switch (input) {
            case 1, 2 -> new WeightRole(Kind.LAST, gain);
            case 3 -> SHIFT;
            default -> null;
          };
      case "BatchNormalization" ->
          switch (input) {
            case 1 -> new WeightRole(Kind.FACTOR, gain);
            case 2, 3 -> SHIFT;
            case 4 -> new WeightRole(Kind.VARIANCE, 1);
            default -> null;
          };
      case "InstanceNormalization", "LayerNormalization", "GroupNormalization" ->
          switch (input) {
            case 1 -> new WeightRole(Kind.FACTOR, gain);
            case 2 -> SHIFT;
            default -> null;
          };
      case "Mul" -> new WeightRole(Kind.FACTOR, gain);
      case "Add", "Sum" -> SHIFT;
      default -> null;
    };
  }

  private static boolean isSet(NodeProto node, String attribute) {
    return node.getAttributeList().stream()
        .anyMatch(each -> each.getName().equals(attribute) && each.getI() != 0);
  }
}
