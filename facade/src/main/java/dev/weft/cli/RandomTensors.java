package dev.weft.cli;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Random tensors; one seed gives the same ones on every machine. */
final class RandomTensors {
  private final RandomGenerator random;

  RandomTensors(long seed) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** Floats from [-1, 1), integers from 0 to 9, truth values. */
  Tensor next(DType dtype, long... shape) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    long elements = tensor.elements();
    for (long i = 0; i < elements; i++) {
      if (dtype.isFloat()) {
        tensor.setDouble(i, random.nextDouble() * 2 - 1);
      } else {
        tensor.setLong(i, random.nextInt(dtype.isBool() ? 2 : dtype.bits() < 8 ? 4 : 10));
      }
    }
    return tensor;
  }
}
