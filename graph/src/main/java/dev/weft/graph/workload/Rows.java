package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/**
 * What is done to a matrix row by row (or column by column): bound by memory, not by arithmetic.
 *
 * @param rows of the matrix
 * @param columns of the matrix
 */
public record Rows(long rows, long columns) {
  private static final double EPSILON = 1e-5;

  /** The softmax of each row. */
  public Workload softmax(DType dtype, Workload.Source source) {
    Tensor x = source.next(dtype, rows, columns);
    Map<String, Tensor> inputs = Map.of("x", x);
    return new Workload(
        title("softmax", dtype),
        Workload.graph(
            inputs, (builder, params) -> builder.emit(new Softmax(1, false), params.get(0))),
        inputs,
        0,
        2 * bytes(dtype),
        columns,
        position -> softmaxElement(x, position));
  }

  private double softmaxElement(Tensor x, long position) {
    long first = position / columns * columns;
    double greatest = fold(x, first, 1, columns, Double.NEGATIVE_INFINITY, Math::max);
    double sum = fold(x, first, 1, columns, 0, (a, b) -> a + Math.exp(b - greatest));
    return Math.exp(x.getDouble(position) - greatest) / sum;
  }

  /**
   * Layer normalisation of each row with scale and offset: {@code (x − mean) / √(variance + 1e-5) ·
   * scale + offset} (Ba, Kiros and Hinton, "Layer Normalization", 2016).
   */
  public Workload layerNorm(DType dtype, Workload.Source source) {
    Tensor x = source.next(dtype, rows, columns);
    Tensor scale = source.next(dtype, columns);
    Tensor offset = source.next(dtype, columns);
    Map<String, Tensor> inputs = Map.of("x", x);
    return new Workload(
        title("layer norm", dtype),
        Workload.graph(
            inputs, (builder, params) -> layerNorm(builder, params.get(0), dtype, scale, offset)),
        inputs,
        0,
        2 * bytes(dtype) + 2.0 * columns * dtype.bytes(),
        columns,
        position -> layerNormElement(x, scale, offset, position));
  }

  private static GraphExpr layerNorm(
      BlockBuilder builder, GraphExpr x, DType dtype, Tensor scale, Tensor offset) {
    Reduce mean = new Reduce(Reduction.MEAN, List.of(1), true);
    GraphExpr centred = builder.emit(new Binary(BinaryFunction.SUBTRACT), x, builder.emit(mean, x));
    GraphExpr squared =
        builder.emit(new Binary(BinaryFunction.POWER), centred, scalar("two", dtype, 2));
    GraphExpr variance =
        builder.emit(
            new Binary(BinaryFunction.ADD),
            builder.emit(mean, squared),
            scalar("epsilon", dtype, EPSILON));
    GraphExpr deviation = builder.emit(new Unary(UnaryFunction.SQRT), variance);
    GraphExpr normal = builder.emit(new Binary(BinaryFunction.DIVIDE), centred, deviation);
    GraphExpr scaled =
        builder.emit(
            new Binary(BinaryFunction.MULTIPLY), normal, new GraphExpr.Constant("scale", scale));
    return builder.emit(
        new Binary(BinaryFunction.ADD), scaled, new GraphExpr.Constant("offset", offset));
  }

  private static GraphExpr scalar(String name, DType dtype, double value) {
    Tensor tensor = Tensor.allocate(dtype);
    tensor.setDouble(0, value);
    return new GraphExpr.Constant(name, tensor);
  }

  private double layerNormElement(Tensor x, Tensor scale, Tensor offset, long position) {
    long first = position / columns * columns;
    double mean = fold(x, first, 1, columns, 0, Double::sum) / columns;
    double variance =
        fold(x, first, 1, columns, 0, (a, b) -> a + (b - mean) * (b - mean)) / columns;
    double normal = (x.getDouble(position) - mean) / Math.sqrt(variance + EPSILON);
    long column = position % columns;
    return normal * scale.getDouble(column) + offset.getDouble(column);
  }

  /** The sum, mean or greatest of each row ({@code axis} 1) or column (0). */
  public Workload reduce(Reduction reduction, int axis, DType dtype, Workload.Source source) {
    if (axis != 0 && axis != 1) {
      throw new IllegalArgumentException("a matrix has axes 0 and 1, got " + axis);
    }
    Tensor x = source.next(dtype, rows, columns);
    Map<String, Tensor> inputs = Map.of("x", x);
    Reduce reduce = new Reduce(reduction, List.of(axis), false);
    long terms = axis == 1 ? columns : rows;
    long results = axis == 1 ? rows : columns;
    return new Workload(
        title(reduce.name() + " along axis " + axis + " of", dtype),
        Workload.graph(inputs, (builder, params) -> builder.emit(reduce, params.get(0))),
        inputs,
        0,
        bytes(dtype) + (double) results * dtype.bytes(),
        terms,
        position ->
            Workload.wrapped(
                dtype,
                reduced(
                    reduction,
                    x,
                    axis == 1 ? position * columns : position,
                    axis == 1 ? 1 : columns,
                    terms)));
  }

  private static double reduced(Reduction reduction, Tensor x, long first, long step, long terms) {
    return switch (reduction) {
      case SUM -> fold(x, first, step, terms, 0, Double::sum);
      case MEAN -> fold(x, first, step, terms, 0, Double::sum) / terms;
      case PROD -> fold(x, first, step, terms, 1, (a, b) -> a * b);
      case MAX -> fold(x, first, step, terms, Double.NEGATIVE_INFINITY, Math::max);
      case MIN -> fold(x, first, step, terms, Double.POSITIVE_INFINITY, Math::min);
    };
  }

  /** The transposed matrix. */
  public Workload transpose(DType dtype, Workload.Source source) {
    Tensor x = source.next(dtype, rows, columns);
    Map<String, Tensor> inputs = Map.of("x", x);
    return new Workload(
        title("transpose", dtype),
        Workload.graph(
            inputs, (builder, params) -> builder.emit(new Transpose(List.of(1, 0)), params.get(0))),
        inputs,
        0,
        2 * bytes(dtype),
        1,
        position -> x.getDouble(position % rows * columns + position / rows));
  }

  private String title(String what, DType dtype) {
    return what + " " + rows + " x " + columns + " " + dtype;
  }

  private double bytes(DType dtype) {
    return (double) rows * columns * dtype.bytes();
  }

  private static double fold(
      Tensor x, long first, long step, long terms, double initial, DoubleBinaryOperator operator) {
    double result = initial;
    for (long i = 0; i < terms; i++) {
      result = operator.applyAsDouble(result, x.getDouble(first + i * step));
    }
    return result;
  }
}
