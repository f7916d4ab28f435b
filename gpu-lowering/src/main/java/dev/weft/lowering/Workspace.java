package dev.weft.lowering;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;

/**
 * Global memory that exists while a function's kernels run.
 *
 * @param name for people
 * @param dtype the element type
 * @param elements how many
 */
public record Workspace(String name, DType dtype, IntExpr elements) {
  /** The size in bytes. */
  public IntExpr bytes() {
    return elements.times(IntExpr.of(dtype.bytes()));
  }
}
