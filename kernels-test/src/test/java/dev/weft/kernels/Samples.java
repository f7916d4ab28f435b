package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Arguments of a function, and what the interpreter makes of them.
 *
 * @param inputs a tensor for each buffer parameter, as before a run
 * @param expected the same tensors after the interpreter has run the function
 * @param terms how many terms the longest sum in the function has
 */
record Samples(List<Tensor> inputs, List<Tensor> expected, long terms) {
  /** Copies the lists. */
  Samples {
    inputs = List.copyOf(inputs);
    expected = List.copyOf(expected);
  }

  /**
   * Random arguments, the same every time.
   *
   * @param function not scheduled, or at least right
   * @param size the value of every symbolic dimension
   * @param terms how many terms the longest sum in the function has
   */
  static Samples of(PrimFunc function, long size, long terms) {
    Random random = new Random(7);
    Map<Expr, Long> sizes = new LinkedHashMap<>();
    List<Tensor> inputs = new ArrayList<>();
    for (Buffer buffer : function.paramBuffers()) {
      long[] shape = buffer.shape().stream().mapToLong(dim -> size(dim, sizes, size)).toArray();
      Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
      for (long i = 0; i < tensor.elements(); i++) {
        if (buffer.dtype().isFloat()) {
          tensor.setDouble(i, random.nextDouble() * 2 - 1);
        } else {
          tensor.setLong(i, random.nextInt(19) - 9);
        }
      }
      inputs.add(tensor);
    }
    List<Tensor> expected = inputs.stream().map(Tensor::copy).toList();
    Interpreter.run(function, expected);
    return new Samples(inputs, expected, terms);
  }

  private static long size(Expr dim, Map<Expr, Long> sizes, long size) {
    return switch (dim) {
      case Expr.IntImm(var dtype, long value) -> value;
      case Expr.Binary(var op, Expr a, Expr.IntImm b) when op == BinaryOp.ADD ->
          size(a, sizes, size) + b.value();
      default -> sizes.computeIfAbsent(dim, d -> size);
    };
  }

  /**
   * Runs something on copies of the inputs and compares all tensors with the expected ones.
   *
   * @param run gets the tensors, in the order of the parameters, and changes them
   */
  void check(Consumer<List<Tensor>> run) {
    List<Tensor> actual = inputs.stream().map(Tensor::copy).toList();
    run.accept(actual);
    for (int i = 0; i < expected.size(); i++) {
      double magnitude = TensorComparison.magnitude(expected.get(i));
      Tolerance tolerance = Tolerance.of(expected.get(i).dtype(), terms, magnitude);
      TensorComparison comparison = TensorComparison.of(actual.get(i), expected.get(i), tolerance);
      assertThat(comparison.agrees()).as("argument %s: %s", i, comparison.report()).isTrue();
    }
  }
}
