package dev.weft.kernels;

import dev.weft.base.Tensor;
import dev.weft.compiler.CompiledFunction;
import dev.weft.runtime.Device;
import dev.weft.tir.PrimFunc;
import java.util.List;

/**
 * Measures how long functions take on a device.
 *
 * @param device stays the caller's
 * @param number of runs to take the mean of
 */
public record TimeEvaluator(Device device, int number) {
  /** Checks the number. */
  public TimeEvaluator {
    if (number < 1) {
      throw new IllegalArgumentException("the mean of " + number + " runs");
    }
  }

  /**
   * The mean time of a run in seconds, by the device's clock, after one run that is not counted.
   *
   * @param tensors one a buffer parameter; those that the function writes get its results
   */
  public double mean(PrimFunc function, List<Tensor> tensors) {
    try (CompiledFunction compiled = CompiledFunction.compile(function, device);
        CompiledFunction.Bound bound = compiled.bind(tensors)) {
      bound.launch();
      double seconds = 0;
      for (int run = 0; run < number; run++) {
        seconds += bound.launchTimed();
      }
      for (int i = 0; i < tensors.size(); i++) {
        bound.readInto(i, tensors.get(i));
      }
      return seconds / number;
    }
  }
}
