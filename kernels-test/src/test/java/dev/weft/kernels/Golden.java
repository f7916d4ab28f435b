package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;

/**
 * What a program must compute, worked out elsewhere with integers in 64 bits. The inputs are whole
 * numbers whose partial sums float32 holds exactly, so every schedule must give every digit.
 *
 * @param start the first elements
 * @param last the last element
 * @param sum of all elements
 * @param magnitude the sum of the absolute values
 * @param weighted the sum of the elements, each times its position (from 1) modulo 1009
 * @param spots positions and what is there
 */
record Golden(
    List<Long> start, long last, long sum, long magnitude, long weighted, List<Spot> spots) {
  /** The element at a position in memory. */
  record Spot(long position, long value) {}

  /** {@code A · B} of {@link #left} and {@link #right}, 128 by 128. */
  static final Golden MATMUL_128 =
      new Golden(
          List.of(25L, 28L, -60L, -57L),
          -30,
          -48,
          511414,
          117493,
          List.of(new Spot(3 * 128 + 5, 22), new Spot(127 * 128 + 64, 21)));

  /** {@code max(A · B, 0)}, 128 by 128. */
  static final Golden MATMUL_RELU_128 =
      new Golden(List.of(25L, 28L, 0L, 0L), 0, 255683, 255683, 127580357, List.of());

  /** {@code A · B}, 1024 by 1024. */
  static final Golden MATMUL_1024 =
      new Golden(
          List.of(63L, -38L, -74L, -32L),
          -53,
          -54,
          33844002,
          -74380,
          List.of(new Spot(3 * 1024 + 5, 5), new Spot(1000 * 1024 + 17, -33)));

  /** {@code A · Bᵀ}, 1024 by 1024. */
  static final Golden TRANSPOSED_1024 =
      new Golden(
          List.of(-14L, 39L, 40L, 15L),
          -5,
          22,
          32787340,
          148686,
          List.of(new Spot(3 * 1024 + 5, 11), new Spot(1000 * 1024 + 17, 75)));

  /** Sums of three neighbours of {@link #sawtooth}. */
  static final Golden WINDOW_SUM =
      new Golden(List.of(3L, 6L, 9L, 12L), 6, 9207, 9207, 4581863, List.of());

  /** The left factor, {@code (7 i + 3 j) mod 11 - 5}. */
  static Tensor left(DType dtype, long rows, long columns) {
    return matrix(dtype, rows, columns, (i, j) -> (i * 7 + j * 3) % 11 - 5);
  }

  /** The right factor, {@code (5 i + 2 j) mod 13 - 6}. */
  static Tensor right(DType dtype, long rows, long columns) {
    return matrix(dtype, rows, columns, (i, j) -> (i * 5 + j * 2) % 13 - 6);
  }

  /** The window sum's input, {@code i mod 7}. */
  static Tensor sawtooth(long elements) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, elements);
    for (long i = 0; i < elements; i++) {
      tensor.setDouble(i, (double) (i % 7));
    }
    return tensor;
  }

  private static Tensor matrix(DType dtype, long rows, long columns, LongBinaryOperator element) {
    Tensor tensor = Tensor.allocate(dtype, rows, columns);
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < columns; j++) {
        tensor.setDouble(i * columns + j, (double) element.applyAsLong(i, j));
      }
    }
    return tensor;
  }

  /** Multiplies {@link #left} and {@link #right} of {@code n} by {@code n} and checks. */
  <F> void checkMatmul(int n, F function, BiConsumer<F, List<Tensor>> run) {
    Tensor c = unset(n, n);
    run.accept(function, List.of(left(DType.FLOAT32, n, n), right(DType.FLOAT32, n, n), c));
    check(c);
  }

  /** Runs a window sum on {@link #sawtooth} and checks. */
  static <F> void checkWindowSum(F function, BiConsumer<F, List<Tensor>> run) {
    Tensor b = unset(1024);
    run.accept(function, List.of(sawtooth(1027), b));
    WINDOW_SUM.check(b);
  }

  /** A float32 tensor for results, full of what no program here computes. */
  static Tensor unset(long... shape) {
    Tensor tensor = Tensor.allocate(DType.FLOAT32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, Double.NaN);
    }
    return tensor;
  }

  /** Compares a result. */
  void check(Tensor result) {
    long sum = 0;
    long magnitude = 0;
    long weighted = 0;
    for (long i = 0; i < result.elements(); i++) {
      double element = result.getDouble(i);
      long value = (long) element;
      if (value != element) {
        throw new AssertionError("element " + i + " is " + element);
      }
      sum += value;
      magnitude += Math.abs(value);
      weighted += value * ((i + 1) % 1009);
    }
    assertThat(LongStream.range(0, start.size()).mapToObj(i -> (long) result.getDouble(i)))
        .isEqualTo(start);
    assertThat((long) result.getDouble(result.elements() - 1)).isEqualTo(last);
    for (Spot spot : spots) {
      assertThat((long) result.getDouble(spot.position())).isEqualTo(spot.value());
    }
    assertThat(sum).as("sum").isEqualTo(this.sum);
    assertThat(magnitude).as("sum of absolute values").isEqualTo(this.magnitude);
    assertThat(weighted).as("weighted sum").isEqualTo(this.weighted);
  }
}
