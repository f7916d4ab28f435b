package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Element-wise operators in a row on two vectors: a multiplication by the second, an addition of
 * the first, a ReLU, and so on. A compiler that fuses them reads and writes memory once.
 *
 * @param n elements of each vector
 * @param steps operators
 */
public record Chain(long n, int steps) {
  /** The chain on new operands. */
  public Workload workload(DType dtype, Workload.Source source) {
    Tensor a = source.next(dtype, n);
    Tensor b = source.next(dtype, n);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("a", a);
    inputs.put("b", b);
    return new Workload(
        "chain of " + steps + " over " + n + " " + dtype,
        Workload.graph(
            inputs,
            (builder, params) -> {
              GraphExpr value = params.get(0);
              for (int step = 0; step < steps; step++) {
                value =
                    switch (step % 3) {
                      case 0 ->
                          builder.emit(new Binary(BinaryFunction.MULTIPLY), value, params.get(1));
                      case 1 -> builder.emit(new Binary(BinaryFunction.ADD), value, params.get(0));
                      default -> builder.emit(new Unary(UnaryFunction.RELU), value);
                    };
              }
              return value;
            }),
        inputs,
        (double) n * steps,
        3.0 * n * dtype.bytes(),
        steps,
        position -> element(dtype, a.getDouble(position), b.getDouble(position)));
  }

  private double element(DType dtype, double a, double b) {
    double value = a;
    for (int step = 0; step < steps; step++) {
      value =
          switch (step % 3) {
            case 0 -> value * b;
            case 1 -> value + a;
            default -> Math.max(value, 0);
          };
      value = Workload.wrapped(dtype, value);
    }
    return value;
  }
}
