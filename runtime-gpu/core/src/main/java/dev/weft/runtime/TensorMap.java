package dev.weft.runtime;

import dev.weft.base.DType;
import java.util.List;

/**
 * What the copy engine of a CUDA device has to be told of a tensor before it copies boxes of it.
 * The launch makes the description from the buffer that it is given and passes it behind the
 * kernel's parameters.
 *
 * @param name of the parameter in the kernel's source
 * @param param which of the kernel's parameters is the tensor's buffer
 * @param dtype of the elements
 * @param shape elements in each dimension, the last one contiguous
 * @param strides elements between neighbours in each dimension; 1 in the last
 * @param box elements of a box in each dimension
 * @param swizzle bytes of the pattern that rows in shared memory are permuted by: 0, 32, 64, 128
 */
public record TensorMap(
    String name,
    int param,
    DType dtype,
    List<Long> shape,
    List<Long> strides,
    List<Integer> box,
    int swizzle) {
  /** Bytes of a description. */
  public static final int BYTES = 128;

  /** Copies the lists and checks that they are of one length. */
  public TensorMap {
    shape = List.copyOf(shape);
    strides = List.copyOf(strides);
    box = List.copyOf(box);
    if (shape.isEmpty() || strides.size() != shape.size() || box.size() != shape.size()) {
      throw new IllegalArgumentException(
          "TensorMap '" + name + "' has shape " + shape + ", strides " + strides + ", box " + box);
    }
  }
}
