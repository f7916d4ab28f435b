package dev.weft.examples.digits;

import org.bytedeco.pytorch.Tensor;

/** Copies between Java arrays and PyTorch tensors. */
final class Tensors {

  private Tensors() {}

  /** The pictures, f32 [n, 1, 28, 28]. */
  static Tensor images(Samples samples) {
    return Tensor.create(samples.pixels(), samples.count(), 1, Picture.SIZE, Picture.SIZE);
  }

  /** The digits, i64 [n]. */
  static Tensor labels(Samples samples) {
    return Tensor.create(samples.labels(), samples.count());
  }

  /** The values of an f32 tensor, row by row. */
  static float[] toFloats(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    tensor.contiguous().data_ptr_float().get(values);
    return values;
  }
}
