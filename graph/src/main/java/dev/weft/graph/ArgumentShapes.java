package dev.weft.graph;

import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Checks tensors against the types of a function's parameters, and reads symbolic sizes off them.
 */
public final class ArgumentShapes {
  private ArgumentShapes() {}

  /**
   * Checks one argument.
   *
   * @param sizes the symbols' values so far; gets those that the argument gives
   * @throws InputException naming the parameter, what it takes and what it got
   */
  public static void bind(GraphVar param, Tensor argument, Map<String, Long> sizes) {
    TensorType type = param.tensorType();
    long[] shape = argument.shape();
    boolean fits = argument.dtype().equals(type.dtype()) && shape.length == type.rank();
    for (int i = 0; fits && i < shape.length; i++) {
      if (type.dim(i) instanceof IntExpr.Symbol(String name)) {
        Long known = sizes.putIfAbsent(name, shape[i]);
        fits = known == null || known == shape[i];
      } else {
        fits = type.dim(i).evaluate(sizes) == shape[i];
      }
    }
    if (!fits) {
      throw new InputException(
          "it takes "
              + type
              + (sizes.isEmpty() ? "" : " with " + sizes)
              + ", got "
              + argument.dtype()
              + Arrays.toString(shape),
          "input '" + param.name() + "'",
          "give a tensor of that type");
    }
  }
}
