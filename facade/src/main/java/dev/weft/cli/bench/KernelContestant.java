package dev.weft.cli.bench;

import dev.weft.base.Tensor;
import dev.weft.compiler.CompiledFunction;
import dev.weft.runtime.Device;
import dev.weft.tir.PrimFunc;
import java.util.ArrayList;
import java.util.List;

/** A TensorIR function on a device, its operands in device memory. */
public final class KernelContestant implements Contestant {
  private final String name;
  private final CompiledFunction function;
  private final CompiledFunction.Bound bound;
  private final int output;
  private final Tensor result;

  private KernelContestant(
      String name,
      CompiledFunction function,
      CompiledFunction.Bound bound,
      int output,
      Tensor result) {
    this.name = name;
    this.function = function;
    this.bound = bound;
    this.output = output;
    this.result = result;
  }

  /**
   * Compiles and loads.
   *
   * @param inputs the operands; they stay the caller's
   * @param like a tensor of the result's type and shape
   */
  public static KernelContestant of(
      String name, PrimFunc code, Device device, List<Tensor> inputs, Tensor like) {
    List<Tensor> arguments = new ArrayList<>(inputs);
    Tensor result = Tensor.allocate(like.dtype(), like.shape());
    arguments.add(result);
    CompiledFunction function = CompiledFunction.compile(code, device);
    try {
      return new KernelContestant(name, function, function.bind(arguments), inputs.size(), result);
    } catch (RuntimeException | Error e) {
      function.close();
      result.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      bound.launch();
    }
  }

  @Override
  public Tensor result() {
    bound.readInto(output, result);
    return result;
  }

  @Override
  public void close() {
    bound.close();
    function.close();
    result.close();
  }
}
