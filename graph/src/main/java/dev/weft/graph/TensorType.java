package dev.weft.graph;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.stream.Collectors;

/**
 * A dense tensor.
 *
 * @param shape the dimensions, which may be symbolic
 * @param dtype the element type, a scalar
 */
public record TensorType(Shape shape, DType dtype) implements GraphType {
  /** More elements than any machine holds; their bytes can still be counted. */
  private static final long TOO_MANY = 1L << 56;

  /**
   * Checks that the elements are scalars, and that they can be counted.
   *
   * @throws TypeException if there are too many
   */
  public TensorType {
    if (dtype.isVector()) {
      throw new IllegalArgumentException("TensorType.dtype must be a scalar type, got " + dtype);
    }
    long elements = 1;
    for (IntExpr dim : shape.dims()) {
      if (dim instanceof IntExpr.Const(long size) && size > 0) {
        elements = elements > TOO_MANY / size ? TOO_MANY : elements * size;
      }
    }
    if (elements >= TOO_MANY) {
      throw new TypeException("a tensor of shape " + shape + " is too large", "its type");
    }
  }

  /** A tensor of static shape. */
  public static TensorType of(DType dtype, long... dims) {
    return new TensorType(Shape.of(dims), dtype);
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.rank();
  }

  /**
   * One dimension.
   *
   * @throws TypeException if there are not as many
   */
  public IntExpr dim(int axis) {
    if (axis < 0 || axis >= rank()) {
      throw new TypeException(
          "it has " + rank() + " dimensions, none is number " + axis, toString());
    }
    return shape.dim(axis);
  }

  /** A tensor of the same element type and another shape. */
  public TensorType withShape(Shape newShape) {
    return new TensorType(newShape, dtype);
  }

  /** A tensor of the same shape and another element type. */
  public TensorType withDtype(DType newDtype) {
    return new TensorType(shape, newDtype);
  }

  /** The bytes that the elements take. */
  public IntExpr bytes() {
    return SizeAlgebra.times(shape.elements(), IntExpr.of(dtype.bytes()));
  }

  /** For example {@code float32[1, n, 28]}. */
  @Override
  public String toString() {
    return dtype
        + shape.dims().stream().map(IntExpr::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
