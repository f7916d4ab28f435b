package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.runtime.plan.Signature;
import dev.weft.runtime.plan.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The tensors that a model is given, from what the command line says about each input. */
final class ModelInputs implements AutoCloseable {
  private final Map<String, Tensor> tensors;

  private ModelInputs(Map<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /**
   * Reads or makes every input.
   *
   * @param sizes values of symbolic dimensions, for random inputs
   * @throws InputException if an input is missing, unknown, or does not fit
   */
  static ModelInputs of(
      Signature signature,
      List<InputArgument> arguments,
      Map<String, Long> sizes,
      InputReader reader,
      RandomTensors random) {
    Map<String, InputArgument> byName = new LinkedHashMap<>();
    for (InputArgument argument : arguments) {
      spec(signature, argument.name());
      if (byName.put(argument.name(), argument) != null) {
        throw new InputException(
            "the input '" + argument.name() + "' is given twice", "", "give it once");
      }
    }
    List<TensorSpec> missing =
        signature.inputs().stream().filter(input -> !byName.containsKey(input.name())).toList();
    if (!missing.isEmpty()) {
      throw new InputException(
          "no value for the input" + (missing.size() == 1 ? " " : "s ") + names(missing),
          "",
          "give --input " + missing.get(0).name() + "=FILE, or =random");
    }
    ModelInputs inputs = new ModelInputs(new HashMap<>());
    try {
      Map<String, Long> known = new HashMap<>(sizes);
      // Files first: their shapes say what symbolic sizes are.
      for (TensorSpec input : signature.inputs()) {
        InputArgument argument = byName.get(input.name());
        if (argument != null && !argument.isRandom()) {
          Tensor tensor = reader.read(argument.source(), input);
          inputs.tensors.put(input.name(), tensor);
          learn(input, tensor, known);
        }
      }
      for (TensorSpec input : signature.inputs()) {
        if (!inputs.tensors.containsKey(input.name())) {
          inputs.tensors.put(input.name(), random.next(input.dtype(), shape(input, known)));
        }
      }
    } catch (RuntimeException | Error e) {
      inputs.close();
      throw e;
    }
    return inputs;
  }

  /** The tensors by input name. */
  Map<String, Tensor> tensors() {
    return Map.copyOf(tensors);
  }

  private static TensorSpec spec(Signature signature, String name) {
    return signature.inputs().stream()
        .filter(input -> input.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "the model has no input '" + name + "'",
                    "",
                    "its inputs are " + names(signature.inputs())));
  }

  private static String names(List<TensorSpec> inputs) {
    return inputs.stream()
        .map(input -> "'" + input.name() + "' (" + input.dtype() + " " + input.shape() + ")")
        .collect(Collectors.joining(", "));
  }

  private static void learn(TensorSpec input, Tensor tensor, Map<String, Long> known) {
    long[] shape = tensor.shape();
    if (shape.length != input.shape().rank()) {
      return; // The model refuses it, and says so better.
    }
    for (int i = 0; i < shape.length; i++) {
      if (input.shape().dim(i) instanceof IntExpr.Symbol(String name)) {
        known.putIfAbsent(name, shape[i]);
      }
    }
  }

  private static long[] shape(TensorSpec input, Map<String, Long> known) {
    List<String> unknown = new ArrayList<>();
    for (IntExpr dim : input.shape().dims()) {
      dim.symbols().stream().filter(name -> !known.containsKey(name)).forEach(unknown::add);
    }
    if (!unknown.isEmpty()) {
      String first = unknown.get(0);
      throw new InputException(
          "the size '" + first + "' of the random input '" + input.name() + "' is open",
          "",
          "give --size " + first + "=N");
    }
    long[] shape = input.shape().evaluate(known);
    if (Arrays.stream(shape).anyMatch(dim -> dim < 0)) {
      throw new InputException(
          "the sizes make the shape " + Arrays.toString(shape) + " of '" + input.name() + "'",
          "",
          "give other sizes");
    }
    return shape;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
