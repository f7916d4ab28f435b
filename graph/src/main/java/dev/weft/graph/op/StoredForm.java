package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Tensor;

/**
 * Tensors of types that are forms of storage only ({@link DType#stored}): kernels know them as
 * integers of a byte, and only conversions know what the bits mean.
 */
public final class StoredForm {
  private StoredForm() {}

  /** Whether a type is a form of storage only. */
  public static boolean isStorageOnly(DType dtype) {
    return !dtype.stored().equals(dtype);
  }

  /** Whether a type is a float of at most 8 bits. */
  static boolean isNarrowFloat(DType dtype) {
    return dtype.isFloat() && dtype.bits() <= 8;
  }

  /** A tensor as kernels see it; shares its memory. */
  public static Tensor view(Tensor tensor) {
    DType stored = tensor.dtype().stored();
    return stored.equals(tensor.dtype())
        ? tensor
        : Tensor.wrap(stored, tensor.data(), tensor.shape());
  }

  /** Whether an operator is right on bits whose meaning it doesn't know. */
  public static boolean isKeptBy(Operator operator) {
    return operator instanceof Cast
        || operator instanceof EncodeFloat
        || operator instanceof Reshape
        || operator instanceof Transpose
        || operator instanceof Slice
        || operator instanceof Concat
        || operator instanceof Expand
        || operator instanceof Gather
        || operator instanceof GatherElements
        || operator instanceof GatherNd
        || operator instanceof Pad
        || operator instanceof Where;
  }
}
