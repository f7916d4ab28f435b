package dev.weft.compiler;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;

/**
 * Compares a model's outputs with the reference interpreter's.
 *
 * <p>A model is a chain of kernels, each with the rounding errors that {@link Tolerance#of} allows;
 * what they add up to depends on the model's conditioning and is not known. The tolerance for whole
 * models is therefore a convention: relative to each value and to the output's largest magnitude,
 * 1e-3 for float32 and wider (the ONNX backend tests' figure), 32 unit roundoffs for narrower
 * types. Integer outputs must be equal.
 */
public final class OutputCheck {
  private OutputCheck() {}

  /** The tolerance for an output of a whole model. */
  public static Tolerance tolerance(Tensor expected) {
    DType dtype = expected.dtype();
    if (!dtype.isFloat()) {
      return Tolerance.EXACT;
    }
    double relative = Math.max(1e-3, 32 * Tolerance.unitRoundoff(dtype));
    double magnitude = TensorComparison.magnitude(expected);
    return new Tolerance(relative, Math.max(1e-7, 0.1 * relative * magnitude));
  }

  /** Compares one output. */
  public static TensorComparison compare(Tensor actual, Tensor expected) {
    return TensorComparison.of(actual, expected, tolerance(expected));
  }
}
