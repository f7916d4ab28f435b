package dev.weft.tir.schedule.verify;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.tir.Buffer;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sample and what a function made of it.
 *
 * @param sample the arguments, as they were
 * @param results the arguments, as the function left them
 */
record Run(Sample sample, List<Object> results) {
  /** Runs a function of a module; the sample stays as it is. */
  static Run of(IRModule module, String function, Sample sample) {
    List<Object> args = new ArrayList<>();
    for (Object arg : sample.args()) {
      args.add(arg instanceof Tensor tensor ? Sample.copy(tensor) : arg);
    }
    Interpreter.of(module).run(function, args);
    return new Run(sample, args);
  }

  /**
   * The first element in which another run differs: by any bit in integers, by more than rounding
   * in floating-point numbers.
   *
   * @param function whose parameters the results are
   * @param terms the number of terms that an element may be a sum of
   */
  @Nullable String differenceTo(Run expected, PrimFunc function, long terms) {
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof Tensor actual
          && expected.results.get(i) instanceof Tensor wanted) {
        Buffer buffer = function.bufferMap().get(function.params().get(i));
        String name = buffer == null ? "argument " + i : "'" + buffer.name() + "'";
        String difference = difference(actual, wanted, terms);
        if (difference != null) {
          return name + difference;
        }
      }
    }
    return null;
  }

  private static @Nullable String difference(Tensor actual, Tensor wanted, long terms) {
    if (actual.data().mismatch(wanted.data()) < 0) {
      return null;
    }
    DType dtype = wanted.dtype().scalar();
    Tensor found = flat(actual);
    Tensor expected = flat(wanted);
    Tolerance tolerance =
        dtype.isFloat()
            ? Tolerance.of(dtype, terms, TensorComparison.magnitude(expected))
            : Tolerance.EXACT;
    for (long at = 0; at < expected.elements(); at++) {
      boolean same =
          dtype.isFloat()
              ? tolerance.accepts(found.getDouble(at), expected.getDouble(at))
              : found.getLong(at) == expected.getLong(at);
      if (!same) {
        String text = dtype.isFloat() ? "" + found.getDouble(at) : "" + found.getLong(at);
        String before = dtype.isFloat() ? "" + expected.getDouble(at) : "" + expected.getLong(at);
        return Arrays.toString(index(at / wanted.dtype().lanes(), wanted.shape()))
            + " is "
            + text
            + ", before it was "
            + before;
      }
    }
    return null;
  }

  private static Tensor flat(Tensor tensor) {
    return Tensor.wrap(
        tensor.dtype().scalar(), tensor.data(), tensor.elements() * tensor.dtype().lanes());
  }

  private static long[] index(long position, long[] shape) {
    long[] index = new long[shape.length];
    long rest = position;
    for (int d = shape.length - 1; d >= 0; d--) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    return index;
  }
}
