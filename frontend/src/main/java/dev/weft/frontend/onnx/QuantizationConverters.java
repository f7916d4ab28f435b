package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Clip;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Conversions between floats and scaled integers, and what is computed in these. */
final class QuantizationConverters {
  private QuantizationConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("QuantizeLinear", node -> List.of(quantize(node)));
    converters.put("DequantizeLinear", node -> List.of(dequantize(node)));
    converters.put("DynamicQuantizeLinear", QuantizationConverters::dynamic);
    converters.put("MatMulInteger", node -> List.of(matmulInteger(node)));
    converters.put("QLinearMatMul", node -> List.of(qlinearMatmul(node)));
    converters.put("ConvInteger", node -> List.of(convInteger(node)));
    converters.put("QLinearConv", node -> List.of(qlinearConv(node)));
  }

  /**
   * A scale or zero point, given per tensor, per axis or per block, with dimensions so that it is
   * broadcast to the tensor.
   */
  private static GraphExpr granular(Node node, GraphExpr parameter, TensorType x) {
    Emit emit = new Emit(node);
    TensorType type = emit.type(parameter);
    if (SizeAlgebra.equal(type.shape().elements(), IntExpr.of(1))) {
      return emit.reshape(parameter, List.of());
    }
    int axis = node.axis("axis", 1, x.rank());
    long block = node.integer("block_size", 0);
    if (block > 0) {
      List<IntExpr> split = new ArrayList<>(type.shape().dims());
      split.add(axis + 1, IntExpr.of(1));
      List<IntExpr> wide = new ArrayList<>(split);
      wide.set(axis + 1, IntExpr.of(block));
      List<IntExpr> merged = new ArrayList<>(type.shape().dims());
      merged.set(axis, SizeAlgebra.times(type.dim(axis), IntExpr.of(block)));
      GraphExpr repeated = emit.reshape(emit.expand(emit.reshape(parameter, split), wide), merged);
      return SizeAlgebra.equal(merged.get(axis), x.dim(axis))
          ? repeated
          : emit.slice(repeated, axis, IntExpr.of(0), x.dim(axis));
    }
    if (type.rank() != 1) {
      throw node.invalid("a scale " + type + " needs block_size");
    }
    List<IntExpr> dims = new ArrayList<>(Collections.nCopies(x.rank(), IntExpr.of(1)));
    dims.set(axis, type.dim(0));
    return emit.reshape(parameter, dims);
  }

  private static GraphExpr quantize(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    DType scaleType = node.type(1).dtype();
    DType precision = type(node, "precision", scaleType);
    DType stored = node.has(2) ? node.type(2).dtype() : type(node, "output_dtype", DType.UINT8);
    GraphExpr scale = emit.cast(granular(node, node.input(1), x), precision);
    GraphExpr quotient = emit.div(emit.cast(node.input(0), precision), scale);
    GraphExpr zero = node.has(2) ? granular(node, node.input(2), x) : null;
    if (stored.isFloat()) {
      GraphExpr shifted = zero == null ? quotient : emit.add(quotient, emit.cast(zero, precision));
      return PointwiseConverters.castTo(node, shifted, stored, node.flag("saturate", true));
    }
    return saturated(emit, quotient, zero, stored);
  }

  /** Rounds half to even, adds the zero point, and keeps to the type's range. */
  private static GraphExpr saturated(
      Emit emit, GraphExpr x, @Nullable GraphExpr zero, DType stored) {
    GraphExpr wide = emit.cast(x, emit.dtype(x).bits() > 32 ? DType.FLOAT64 : DType.FLOAT32);
    GraphExpr rounded = emit.unary(UnaryFunction.ROUND, wide);
    GraphExpr shifted =
        zero == null ? rounded : emit.add(rounded, emit.cast(zero, emit.dtype(wide)));
    boolean signed = stored.code() == DType.Code.INT;
    double least = signed ? -Math.pow(2, stored.bits() - 1) : 0;
    double most = Math.pow(2, signed ? stored.bits() - 1 : stored.bits()) - 1;
    GraphExpr clipped =
        emit.node().emit(new Clip(), shifted, emit.like(wide, least), emit.like(wide, most));
    // By way of int32: a conversion to a narrow integer may wrap.
    return emit.cast(stored.bits() < 32 ? emit.cast(clipped, DType.INT32) : clipped, stored);
  }

  private static GraphExpr dequantize(Node node) {
    Emit emit = new Emit(node);
    TensorType x = node.type(0);
    DType result = type(node, "output_dtype", node.type(1).dtype());
    GraphExpr scale = granular(node, node.input(1), x);
    GraphExpr zero = node.has(2) ? granular(node, node.input(2), x) : null;
    DType wide = result.bits() < 32 ? DType.FLOAT32 : result;
    GraphExpr value;
    if (x.dtype().isFloat()) {
      value = PointwiseConverters.castTo(node, node.input(0), wide, true);
      if (zero != null) {
        value = emit.sub(value, PointwiseConverters.castTo(node, zero, wide, true));
      }
    } else {
      value = emit.cast(node.input(0), DType.INT32);
      if (zero != null) {
        value = emit.sub(value, emit.cast(zero, DType.INT32));
      }
      value = emit.cast(value, wide);
    }
    return emit.cast(emit.mul(value, emit.cast(scale, wide)), result);
  }

  private static DType type(Node node, String attribute, DType otherwise) {
    int number = (int) node.integer(attribute, 0);
    if (number == 0) {
      return otherwise;
    }
    DType dtype = OnnxTypes.dtype(number);
    if (dtype == null) {
      throw node.unsupported(attribute + " " + OnnxTypes.name(number));
    }
    return dtype;
  }

  private static List<GraphExpr> dynamic(Node node) {
    Emit emit = new Emit(node);
    GraphExpr x = node.input(0);
    List<Integer> all = emit.range(0, node.rank(0));
    GraphExpr zero = emit.like(x, 0);
    GraphExpr most = emit.max(emit.reduce(Reduction.MAX, x, all, false), zero);
    GraphExpr least = emit.min(emit.reduce(Reduction.MIN, x, all, false), zero);
    GraphExpr range = emit.div(emit.sub(most, least), emit.like(x, 255));
    // Nothing but zeros: any scale does.
    GraphExpr scale = emit.where(emit.equal(range, zero), emit.like(x, 1), range);
    GraphExpr zeroPoint = saturated(emit, emit.neg(emit.div(least, scale)), null, DType.UINT8);
    GraphExpr y = saturated(emit, emit.div(x, scale), zeroPoint, DType.UINT8);
    return List.of(y, scale, zeroPoint);
  }

  /** An integer operand less its zero point, as int32. */
  private static GraphExpr centered(Emit emit, GraphExpr x, @Nullable GraphExpr zero) {
    GraphExpr wide = emit.cast(x, DType.INT32);
    return zero == null ? wide : emit.sub(wide, emit.cast(zero, DType.INT32));
  }

  /** A parameter of the left matrix's rows: a vector becomes a column. */
  private static GraphExpr perRow(Emit emit, GraphExpr parameter) {
    TensorType type = emit.type(parameter);
    if (SizeAlgebra.equal(type.shape().elements(), IntExpr.of(1))) {
      return emit.reshape(parameter, List.of());
    }
    return type.rank() == 1 ? emit.unsqueeze(parameter, 1) : parameter;
  }

  private static GraphExpr perColumn(Emit emit, GraphExpr parameter) {
    boolean one = SizeAlgebra.equal(emit.type(parameter).shape().elements(), IntExpr.of(1));
    return one ? emit.reshape(parameter, List.of()) : parameter;
  }

  private static GraphExpr matmulInteger(Node node) {
    Emit emit = new Emit(node);
    GraphExpr a = centered(emit, node.input(0), node.has(2) ? perRow(emit, node.input(2)) : null);
    GraphExpr b =
        centered(emit, node.input(1), node.has(3) ? perColumn(emit, node.input(3)) : null);
    return emit.matmul(a, b);
  }

  private static GraphExpr qlinearMatmul(Node node) {
    Emit emit = new Emit(node);
    GraphExpr a = centered(emit, node.input(0), perRow(emit, node.input(2)));
    GraphExpr b = centered(emit, node.input(3), perColumn(emit, node.input(5)));
    GraphExpr scale =
        emit.mul(
            emit.cast(perRow(emit, node.input(1)), DType.FLOAT32),
            emit.cast(perColumn(emit, node.input(4)), DType.FLOAT32));
    GraphExpr product = emit.mul(emit.cast(emit.matmul(a, b), DType.FLOAT32), scale);
    return requantized(emit, product, perRow(emit, node.input(6)), perRow(emit, node.input(7)));
  }

  private static GraphExpr requantized(Emit emit, GraphExpr x, GraphExpr scale, GraphExpr zero) {
    GraphExpr quotient = emit.div(x, emit.cast(scale, DType.FLOAT32));
    return saturated(emit, quotient, zero, emit.dtype(zero));
  }

  /** One element a filter, for weights {@code [m, c, k…]}. */
  private static GraphExpr perFilter(Emit emit, GraphExpr parameter, int rank, int axis) {
    TensorType type = emit.type(parameter);
    if (SizeAlgebra.equal(type.shape().elements(), IntExpr.of(1))) {
      return emit.reshape(parameter, List.of());
    }
    List<IntExpr> dims = new ArrayList<>(Collections.nCopies(rank, IntExpr.of(1)));
    dims.set(axis, type.dim(0));
    return emit.reshape(parameter, dims);
  }

  private static GraphExpr convInteger(Node node) {
    Emit emit = new Emit(node);
    int rank = node.rank(0);
    GraphExpr x =
        centered(emit, node.input(0), node.has(2) ? perColumn(emit, node.input(2)) : null);
    GraphExpr zero = node.has(3) ? perFilter(emit, node.input(3), rank, 0) : null;
    GraphExpr weights = centered(emit, node.input(1), zero);
    return node.emit(NeuralConverters.convolution(node, node.type(1)), x, weights);
  }

  private static GraphExpr qlinearConv(Node node) {
    Emit emit = new Emit(node);
    int rank = node.rank(0);
    GraphExpr x = centered(emit, node.input(0), perColumn(emit, node.input(2)));
    GraphExpr weights = centered(emit, node.input(3), perFilter(emit, node.input(5), rank, 0));
    List<GraphExpr> operands = new ArrayList<>(List.of(x, weights));
    if (node.has(8)) {
      operands.add(node.input(8));
    }
    GraphExpr sum = node.emit(NeuralConverters.convolution(node, node.type(3)), operands);
    GraphExpr scale =
        emit.mul(
            emit.cast(perColumn(emit, node.input(1)), DType.FLOAT32),
            emit.cast(perFilter(emit, node.input(4), rank, 1), DType.FLOAT32));
    GraphExpr product = emit.mul(emit.cast(sum, DType.FLOAT32), scale);
    return requantized(
        emit, product, perColumn(emit, node.input(6)), perColumn(emit, node.input(7)));
  }
}
