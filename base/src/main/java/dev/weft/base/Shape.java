package dev.weft.base;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A tensor's shape: one {@link IntExpr} a dimension, outermost first; the static shape is the
 * special case of constants only.
 *
 * @param dims the dimensions; empty for a scalar
 */
public record Shape(List<IntExpr> dims) {
  /** Copies the list and refuses negative constants. */
  public Shape {
    dims = List.copyOf(dims);
    for (IntExpr dim : dims) {
      if (dim instanceof IntExpr.Const(long value) && value < 0) {
        throw new IllegalArgumentException("Shape dimension must not be negative, got " + value);
      }
    }
  }

  /** A static shape. */
  public static Shape of(long... dims) {
    return new Shape(Arrays.stream(dims).mapToObj(IntExpr::of).toList());
  }

  /** Number of dimensions. */
  public int rank() {
    return dims.size();
  }

  /** One dimension. */
  public IntExpr dim(int axis) {
    return dims.get(axis);
  }

  /** Whether every dimension is a constant. */
  public boolean isStatic() {
    return dims.stream().allMatch(IntExpr.Const.class::isInstance);
  }

  /**
   * The dimensions as numbers.
   *
   * @throws IllegalStateException if one is symbolic
   */
  public long[] toLongs() {
    if (!isStatic()) {
      throw new IllegalStateException("shape " + this + " is not static");
    }
    return evaluate(Map.of());
  }

  /** The dimensions under the given sizes. */
  public long[] evaluate(Map<String, Long> sizes) {
    return dims.stream().mapToLong(dim -> dim.evaluate(sizes)).toArray();
  }

  /** The product of the dimensions; 1 for a scalar. */
  public IntExpr elements() {
    IntExpr product = IntExpr.of(1);
    for (IntExpr dim : dims) {
      product = product.times(dim);
    }
    return product;
  }

  @Override
  public String toString() {
    return dims.stream().map(IntExpr::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
