package dev.weft.tir.interp;

import dev.weft.base.DType;

/**
 * A buffer with its memory and its sizes as numbers.
 *
 * @param offset elements from the memory's start to the buffer's first element
 */
@SuppressWarnings("ArrayRecordComponent") // read in the innermost loop, never compared
record BoundBuffer(Memory memory, DType dtype, long offset, long[] shape, long[] strides) {
  /** Strides of a compact row-major array. */
  static long[] compactStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }
}
