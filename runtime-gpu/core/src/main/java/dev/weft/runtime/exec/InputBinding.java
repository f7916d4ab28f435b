package dev.weft.runtime.exec;

import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.runtime.plan.TensorSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Checks what a caller gives against what a plan takes, and finds the sizes. */
final class InputBinding {
  private InputBinding() {}

  /**
   * The sizes that the inputs' shapes define.
   *
   * @throws InputException if an input is missing, unknown, or of another dtype or shape
   */
  static Map<String, Long> bind(List<TensorSpec> expected, Map<String, Tensor> given) {
    names(expected, given.keySet());
    Map<String, Long> sizes = new HashMap<>();
    for (TensorSpec spec : expected) {
      Tensor tensor = tensor(given, spec);
      if (!tensor.dtype().equals(spec.dtype())) {
        throw new InputException(
            "it is " + tensor.dtype() + ", the model takes " + spec.dtype(),
            "input '" + spec.name() + "'",
            "convert it");
      }
      defineSizes("input '" + spec.name() + "'", spec, tensor.shape(), sizes);
    }
    for (TensorSpec spec : expected) {
      checkShape("input '" + spec.name() + "'", spec, tensor(given, spec).shape(), sizes);
    }
    return sizes;
  }

  private static Tensor tensor(Map<String, Tensor> given, TensorSpec spec) {
    Tensor tensor = given.get(spec.name());
    if (tensor == null) {
      throw new InputException(
          "there is no tensor", "input '" + spec.name() + "'", "give one of " + spec);
    }
    return tensor;
  }

  private static void names(List<TensorSpec> expected, Set<String> given) {
    Set<String> wanted = new TreeSet<>();
    expected.forEach(spec -> wanted.add(spec.name()));
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(given);
    Set<String> unknown = new TreeSet<>(given);
    unknown.removeAll(wanted);
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new InputException(
          (missing.isEmpty() ? "" : "missing inputs " + missing)
              + (missing.isEmpty() || unknown.isEmpty() ? "" : ", ")
              + (unknown.isEmpty() ? "" : "unknown inputs " + unknown),
          "",
          "the model takes " + expected);
    }
  }

  /** Gives each size that stands alone as a dimension, and has no value yet, the tensor's. */
  static void defineSizes(String where, TensorSpec spec, long[] shape, Map<String, Long> sizes) {
    if (shape.length != spec.shape().rank()) {
      throw mismatch(where, spec, shape, "");
    }
    for (int axis = 0; axis < shape.length; axis++) {
      if (spec.shape().dim(axis) instanceof IntExpr.Symbol(String name)) {
        sizes.putIfAbsent(name, shape[axis]);
      }
    }
  }

  /** Checks a shape under the sizes. */
  static void checkShape(String where, TensorSpec spec, long[] shape, Map<String, Long> sizes) {
    long[] wanted = spec.shape().evaluate(sizes);
    if (!Arrays.equals(wanted, shape)) {
      String under = spec.shape().isStatic() ? "" : ", here " + Arrays.toString(wanted);
      throw mismatch(where, spec, shape, under);
    }
  }

  private static InputException mismatch(
      String where, TensorSpec spec, long[] shape, String under) {
    return new InputException(
        "its shape is " + Arrays.toString(shape) + ", the model takes " + spec.shape() + under,
        where,
        "reshape or resize it");
  }
}
