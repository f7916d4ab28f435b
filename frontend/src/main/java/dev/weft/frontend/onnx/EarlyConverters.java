package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The experimental operators that operator sets up to 9 had, as the standard's release 1.2 defines
 * them; models of that time still have them.
 */
final class EarlyConverters {
  private EarlyConverters() {}

  static void register(Map<String, Converter> converters) {
    early(converters, "Affine", EarlyConverters::affine);
    early(converters, "Scale", node -> new Emit(node).mul(node.input(0), node.number("scale", 1)));
    early(converters, "ScaledTanh", EarlyConverters::scaledTanh);
    early(converters, "ParametricSoftplus", EarlyConverters::parametricSoftplus);
    early(converters, "ImageScaler", EarlyConverters::imageScaler);
    early(converters, "Crop", EarlyConverters::crop);
    early(converters, "ConstantFill", EarlyConverters::constantFill);
    early(converters, "DynamicSlice", ShapeConverters::dynamicSlice);
  }

  /** A converter of one result. */
  private interface Definition {
    GraphExpr convert(Node node);
  }

  private static void early(Map<String, Converter> converters, String name, Definition definition) {
    converters.put(
        name,
        node -> {
          if (node.opset() >= 10) {
            throw node.unsupported("an operator of operator sets up to 9");
          }
          return List.of(definition.convert(node));
        });
  }

  private static GraphExpr affine(Node node) {
    Emit emit = new Emit(node);
    GraphExpr scaled = emit.mul(node.input(0), node.number("alpha", 1));
    return emit.add(scaled, node.number("beta", 0));
  }

  private static double required(Node node, String key) {
    if (!node.hasAttribute(key)) {
      throw node.invalid("it has no " + key);
    }
    return node.number(key, 0);
  }

  private static GraphExpr scaledTanh(Node node) {
    Emit emit = new Emit(node);
    GraphExpr inner = emit.mul(node.input(0), required(node, "beta"));
    return emit.mul(emit.unary(UnaryFunction.TANH, inner), required(node, "alpha"));
  }

  private static GraphExpr parametricSoftplus(Node node) {
    Emit emit = new Emit(node);
    GraphExpr inner = emit.mul(node.input(0), required(node, "beta"));
    return emit.mul(emit.unary(UnaryFunction.SOFTPLUS, inner), required(node, "alpha"));
  }

  /** {@code scale * x + bias}, with a bias for each channel of {@code [n, c, h, w]}. */
  private static GraphExpr imageScaler(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    GraphExpr scaled = emit.mul(node.input(0), node.number("scale", 1));
    List<Float> bias = node.numbers("bias");
    if (bias.isEmpty()) {
      return scaled;
    }
    Tensor values = Tensor.allocate(x.dtype(), bias.size(), 1, 1);
    for (int i = 0; i < bias.size(); i++) {
      values.setDouble(i, bias.get(i));
    }
    return emit.add(scaled, new GraphExpr.Constant("", values));
  }

  /**
   * A part of {@code [n, c, h, w]}: without the borders left, top, right and bottom, or of the
   * height and width in {@code scale} from the left and top border on.
   */
  private static GraphExpr crop(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    List<Long> border = node.integers("border", List.of());
    List<Long> size = node.integers("scale", List.of());
    if (x.rank() != 4 || border.size() != 4 || (!size.isEmpty() && size.size() != 2)) {
      throw node.invalid("border " + border + " and scale " + size + " don't fit " + x);
    }
    GraphExpr result = node.input(0);
    for (int i = 0; i < 2; i++) {
      long begin = border.get(1 - i);
      IntExpr end =
          size.isEmpty()
              ? SizeAlgebra.plus(x.dim(i + 2), -border.get(3 - i))
              : IntExpr.of(begin + size.get(i));
      Long beyond = SizeAlgebra.constant(SizeAlgebra.minus(end, x.dim(i + 2)));
      if (begin < 0 || (beyond != null && beyond > 0)) {
        throw node.invalid("border " + border + " and scale " + size + " reach beyond " + x);
      }
      result = emit.slice(result, i + 2, IntExpr.of(begin), end);
    }
    return result;
  }

  private static GraphExpr constantFill(Node node) {
    Emit emit = new Emit(node);
    int type = (int) node.integer("dtype", 1);
    DType dtype = OnnxTypes.dtype(type);
    if (dtype == null) {
      throw node.unsupported("a tensor of " + OnnxTypes.name(type));
    }
    List<IntExpr> dims = new ArrayList<>();
    if (node.flag("input_as_shape", false)) {
      dims.addAll(node.sizes(0));
    } else if (node.has(0)) {
      dims.addAll(node.type(0).shape().dims());
    } else {
      node.integers("shape", List.of()).forEach(size -> dims.add(IntExpr.of(size)));
    }
    node.integers("extra_shape", List.of()).forEach(size -> dims.add(IntExpr.of(size)));
    return emit.expand(emit.scalar(dtype, node.number("value", 0)), dims);
  }
}
