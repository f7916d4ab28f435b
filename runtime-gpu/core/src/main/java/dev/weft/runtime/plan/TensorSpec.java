package dev.weft.runtime.plan;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;

/**
 * A named tensor: an input, output, weight or intermediate.
 *
 * @param name unique among the buffers of its plan
 * @param dtype the element type
 * @param shape the dimensions, symbolic ones included
 */
public record TensorSpec(String name, DType dtype, Shape shape) {
  /** Refuses an empty name. */
  public TensorSpec {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("TensorSpec name must not be empty");
    }
  }

  /** The size in bytes. */
  public IntExpr bytes() {
    return shape.elements().times(IntExpr.of(dtype.bytes()));
  }

  @Override
  public String toString() {
    return name + ": " + dtype + shape;
  }
}
