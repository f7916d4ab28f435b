package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Activation;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Clip;
import dev.weft.graph.op.EncodeFloat;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Operators that work element by element. */
final class PointwiseConverters {
  private PointwiseConverters() {}

  static void register(Map<String, Converter> converters) {
    unary(converters);
    binary(converters);
    activations(converters);
    converters.put("Identity", node -> List.of(node.input(0)));
    converters.put("Clip", node -> List.of(clip(node)));
    converters.put("Cast", node -> List.of(cast(node)));
    converters.put("CastLike", node -> List.of(castTo(node, node.type(1).dtype())));
    converters.put(
        "Where",
        node -> List.of(node.emit(new Where(), node.input(0), node.input(1), node.input(2))));
    converters.put("IsInf", node -> List.of(isInf(node)));
    converters.put("PRelu", node -> List.of(prelu(node)));
  }

  private static void unary(Map<String, Converter> converters) {
    Map<String, UnaryFunction> functions =
        Map.ofEntries(
            Map.entry("Abs", UnaryFunction.ABS),
            Map.entry("Neg", UnaryFunction.NEG),
            Map.entry("Sign", UnaryFunction.SIGN),
            Map.entry("Exp", UnaryFunction.EXP),
            Map.entry("Log", UnaryFunction.LOG),
            Map.entry("Sqrt", UnaryFunction.SQRT),
            Map.entry("Reciprocal", UnaryFunction.RECIPROCAL),
            Map.entry("Sin", UnaryFunction.SIN),
            Map.entry("Cos", UnaryFunction.COS),
            Map.entry("Tan", UnaryFunction.TAN),
            Map.entry("Asin", UnaryFunction.ASIN),
            Map.entry("Acos", UnaryFunction.ACOS),
            Map.entry("Atan", UnaryFunction.ATAN),
            Map.entry("Sinh", UnaryFunction.SINH),
            Map.entry("Cosh", UnaryFunction.COSH),
            Map.entry("Tanh", UnaryFunction.TANH),
            Map.entry("Asinh", UnaryFunction.ASINH),
            Map.entry("Acosh", UnaryFunction.ACOSH),
            Map.entry("Atanh", UnaryFunction.ATANH),
            Map.entry("Erf", UnaryFunction.ERF),
            Map.entry("Floor", UnaryFunction.FLOOR),
            Map.entry("Ceil", UnaryFunction.CEIL),
            Map.entry("Round", UnaryFunction.ROUND),
            Map.entry("Relu", UnaryFunction.RELU),
            Map.entry("Sigmoid", UnaryFunction.SIGMOID),
            Map.entry("Softplus", UnaryFunction.SOFTPLUS),
            Map.entry("Softsign", UnaryFunction.SOFTSIGN),
            Map.entry("HardSwish", UnaryFunction.HARD_SWISH),
            Map.entry("Mish", UnaryFunction.MISH),
            Map.entry("Not", UnaryFunction.NOT),
            Map.entry("BitwiseNot", UnaryFunction.BITWISE_NOT),
            Map.entry("IsNaN", UnaryFunction.IS_NAN));
    functions.forEach(
        (name, function) ->
            converters.put(name, node -> List.of(node.unary(function, node.input(0)))));
    converters.put(
        "Gelu",
        node -> {
          boolean tanh = node.text("approximate", "none").equals("tanh");
          UnaryFunction function = tanh ? UnaryFunction.GELU_TANH : UnaryFunction.GELU;
          return List.of(node.unary(function, node.input(0)));
        });
  }

  private static void binary(Map<String, Converter> converters) {
    Map<String, BinaryFunction> functions =
        Map.ofEntries(
            Map.entry("Add", BinaryFunction.ADD),
            Map.entry("Sub", BinaryFunction.SUBTRACT),
            Map.entry("Mul", BinaryFunction.MULTIPLY),
            Map.entry("Div", BinaryFunction.DIVIDE),
            Map.entry("Equal", BinaryFunction.EQUAL),
            Map.entry("Less", BinaryFunction.LESS),
            Map.entry("LessOrEqual", BinaryFunction.LESS_EQUAL),
            Map.entry("Greater", BinaryFunction.GREATER),
            Map.entry("GreaterOrEqual", BinaryFunction.GREATER_EQUAL),
            Map.entry("And", BinaryFunction.LOGICAL_AND),
            Map.entry("Or", BinaryFunction.LOGICAL_OR),
            Map.entry("Xor", BinaryFunction.LOGICAL_XOR),
            Map.entry("BitwiseAnd", BinaryFunction.BITWISE_AND),
            Map.entry("BitwiseOr", BinaryFunction.BITWISE_OR),
            Map.entry("BitwiseXor", BinaryFunction.BITWISE_XOR));
    functions.forEach(
        (name, function) ->
            converters.put(
                name, node -> List.of(node.binary(function, node.input(0), aligned(node)))));
    converters.put("Pow", node -> List.of(power(node)));
    converters.put(
        "Mod",
        node -> {
          boolean truncates = node.flag("fmod", false);
          if (!truncates && node.type(0).dtype().isFloat()) {
            throw node.invalid("of floating-point numbers it needs fmod=1");
          }
          BinaryFunction function = truncates ? BinaryFunction.TRUNC_MOD : BinaryFunction.FLOOR_MOD;
          return List.of(node.binary(function, node.input(0), node.input(1)));
        });
    converters.put(
        "BitShift",
        node -> {
          BinaryFunction function =
              switch (node.text("direction", "")) {
                case "LEFT" -> BinaryFunction.SHIFT_LEFT;
                case "RIGHT" -> BinaryFunction.SHIFT_RIGHT;
                default -> throw node.invalid("direction must be LEFT or RIGHT");
              };
          return List.of(node.binary(function, node.input(0), node.input(1)));
        });
    converters.put("Max", node -> List.of(folded(node, BinaryFunction.MAXIMUM)));
    converters.put("Min", node -> List.of(folded(node, BinaryFunction.MINIMUM)));
    converters.put("Sum", node -> List.of(folded(node, BinaryFunction.ADD)));
    converters.put(
        "Mean",
        node -> {
          GraphExpr sum = folded(node, BinaryFunction.ADD);
          GraphExpr count = node.scalar(node.type(0).dtype(), node.inputCount());
          return List.of(node.binary(BinaryFunction.DIVIDE, sum, count));
        });
  }

  private static void activations(Map<String, Converter> converters) {
    activation(
        converters, "LeakyRelu", node -> new Activation.LeakyRelu(node.number("alpha", 0.01)));
    activation(converters, "Elu", node -> new Activation.Elu(node.number("alpha", 1)));
    activation(converters, "Celu", node -> new Activation.Celu(node.number("alpha", 1)));
    activation(converters, "Swish", node -> new Activation.Swish(node.number("alpha", 1)));
    activation(
        converters,
        "ThresholdedRelu",
        node -> new Activation.ThresholdedRelu(node.number("alpha", 1)));
    activation(
        converters,
        "HardSigmoid",
        node -> new Activation.HardSigmoid(node.number("alpha", 0.2), node.number("beta", 0.5)));
    activation(
        converters,
        "Shrink",
        node -> new Activation.Shrink(node.number("lambd", 0.5), node.number("bias", 0)));
    activation(
        converters,
        "Selu",
        node -> {
          // Version 1 of the operator rounded the constants.
          double alpha = node.opset() < 6 ? 1.6732 : 1.6732631921768188;
          double gamma = node.opset() < 6 ? 1.0507 : 1.0507010221481323;
          return new Activation.Selu(node.number("alpha", alpha), node.number("gamma", gamma));
        });
  }

  private static void activation(
      Map<String, Converter> converters, String name, Function<Node, Activation> operator) {
    converters.put(name, node -> List.of(node.emit(operator.apply(node), node.input(0))));
  }

  /**
   * The second operand. Up to opset 6, {@code broadcast=1} with an {@code axis} says to which
   * dimension of the first operand the second's first dimension belongs.
   */
  private static GraphExpr aligned(Node node) {
    GraphExpr b = node.input(1);
    if (node.opset() >= 7 || !node.flag("broadcast", false) || !node.hasAttribute("axis")) {
      return b;
    }
    return alignedAt(node, b, node.axis("axis", 0, node.rank(0)));
  }

  private static GraphExpr alignedAt(Node node, GraphExpr b, int axis) {
    TensorType type = node.tensorType(b);
    List<IntExpr> dims = new ArrayList<>(type.shape().dims());
    while (axis + dims.size() < node.rank(0)) {
      dims.add(IntExpr.of(1));
    }
    return node.emit(new Reshape(new Shape(dims)), b);
  }

  private static GraphExpr power(Node node) {
    GraphExpr exponent = aligned(node);
    DType base = node.type(0).dtype();
    DType power = node.tensorType(exponent).dtype();
    if (base.equals(power)) {
      return node.binary(BinaryFunction.POWER, node.input(0), exponent);
    }
    if (base.isFloat()) {
      return node.binary(BinaryFunction.POWER, node.input(0), node.emit(new Cast(base), exponent));
    }
    // Integers to a power of another type: in the wider of both, back to the base's type.
    DType common = power.isFloat() ? (base.bits() > 32 ? DType.FLOAT64 : power) : DType.INT64;
    GraphExpr result =
        node.binary(
            BinaryFunction.POWER,
            node.emit(new Cast(common), node.input(0)),
            node.emit(new Cast(common), exponent));
    return node.emit(new Cast(base), result);
  }

  private static GraphExpr folded(Node node, BinaryFunction function) {
    GraphExpr result = node.input(0);
    for (int i = 1; i < node.inputCount(); i++) {
      result = node.binary(function, result, node.input(i));
    }
    return result;
  }

  private static GraphExpr clip(Node node) {
    DType dtype = node.type(0).dtype();
    GraphExpr x = node.input(0);
    boolean attributes = node.opset() < 11;
    boolean low = attributes ? node.hasAttribute("min") : node.has(1);
    boolean high = attributes ? node.hasAttribute("max") : node.has(2);
    if (low && high) {
      return node.emit(new Clip(), x, bound(node, dtype, "min", 1), bound(node, dtype, "max", 2));
    }
    if (low) {
      return node.binary(BinaryFunction.MAXIMUM, x, bound(node, dtype, "min", 1));
    }
    return high ? node.binary(BinaryFunction.MINIMUM, x, bound(node, dtype, "max", 2)) : x;
  }

  private static GraphExpr bound(Node node, DType dtype, String attribute, int input) {
    return node.opset() < 11 ? node.scalar(dtype, node.number(attribute, 0)) : node.input(input);
  }

  private static GraphExpr cast(Node node) {
    if (node.opset() < 6) {
      try {
        // Version 1 of the operator writes the type's name.
        return castTo(node, namedType(node.text("to", "")));
      } catch (IllegalArgumentException e) {
        throw node.unsupported("conversion to " + node.text("to", ""));
      }
    }
    int to = (int) node.integer("to", 0);
    DType dtype = OnnxTypes.dtype(to);
    if (dtype == null) {
      throw node.unsupported("conversion to " + OnnxTypes.name(to));
    }
    return castTo(node, dtype);
  }

  private static DType namedType(String name) {
    return switch (name) {
      case "FLOAT" -> DType.FLOAT32;
      case "DOUBLE" -> DType.FLOAT64;
      case "STRING" -> throw new IllegalArgumentException(name);
      default -> DType.parse(name.toLowerCase(Locale.ROOT));
    };
  }

  private static GraphExpr castTo(Node node, DType dtype) {
    return castTo(node, node.input(0), dtype, node.flag("saturate", true));
  }

  /**
   * A value as another type.
   *
   * @param saturate whether floats of 8 and 4 bits get their largest value for what is beyond it
   */
  static GraphExpr castTo(Node node, GraphExpr x, DType dtype, boolean saturate) {
    DType from = node.tensorType(x).dtype();
    if (from.equals(dtype)) {
      return x;
    }
    if (dtype.isFloat() && dtype.bits() <= 8) {
      GraphExpr wide = from.equals(DType.FLOAT32) ? x : node.emit(new Cast(DType.FLOAT32), x);
      return node.emit(new EncodeFloat(dtype, saturate, powers(node)), wide);
    }
    if (dtype.isInt() && dtype.bits() < 8 && from.isFloat()) {
      // Where wider integers truncate, these take the nearest, says the standard.
      GraphExpr wide = from.bits() >= 32 ? x : node.emit(new Cast(DType.FLOAT32), x);
      GraphExpr rounded = node.unary(UnaryFunction.ROUND, wide);
      return node.emit(new Cast(dtype), node.emit(new Cast(DType.INT32), rounded));
    }
    return node.emit(new Cast(dtype), x);
  }

  private static EncodeFloat.Powers powers(Node node) {
    return switch (node.text("round_mode", "up")) {
      case "up" -> EncodeFloat.Powers.UP;
      case "down" -> EncodeFloat.Powers.DOWN;
      case "nearest" -> EncodeFloat.Powers.NEAREST;
      default -> throw node.invalid("round_mode must be up, down or nearest");
    };
  }

  private static GraphExpr isInf(Node node) {
    GraphExpr x = node.input(0);
    DType dtype = node.type(0).dtype();
    GraphExpr above =
        node.binary(BinaryFunction.EQUAL, x, node.scalar(dtype, Double.POSITIVE_INFINITY));
    GraphExpr below =
        node.binary(BinaryFunction.EQUAL, x, node.scalar(dtype, Double.NEGATIVE_INFINITY));
    boolean positive = node.flag("detect_positive", true);
    boolean negative = node.flag("detect_negative", true);
    if (positive && negative) {
      return node.binary(BinaryFunction.LOGICAL_OR, above, below);
    }
    if (positive || negative) {
      return positive ? above : below;
    }
    return node.binary(BinaryFunction.LOGICAL_AND, above, below); // Never both: always false.
  }

  private static GraphExpr prelu(Node node) {
    GraphExpr x = node.input(0);
    GraphExpr slope = node.input(1);
    if (node.opset() < 7 && node.rank(1) == 1 && node.rank(0) > 1) {
      Long slopes = SizeAlgebra.constant(node.type(1).dim(0));
      if (slopes == null || slopes != 1) {
        slope = alignedAt(node, slope, 1);
      }
    }
    GraphExpr zero = node.scalar(node.type(0).dtype(), 0);
    GraphExpr negative = node.binary(BinaryFunction.LESS, x, zero);
    GraphExpr scaled = node.binary(BinaryFunction.MULTIPLY, slope, x);
    return node.emit(new Where(), negative, scaled, x);
  }
}
