package dev.weft.graph.pass;

import dev.weft.base.Tensor;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.StoredForm;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import java.util.ArrayList;
import java.util.List;

/** Runs a TensorIR function at compile time. */
@FunctionalInterface
public interface ConstantEvaluator {
  /**
   * Calls a function with inputs followed by newly allocated outputs.
   *
   * @param outputs static types
   * @return the outputs
   */
  List<Tensor> evaluate(PrimFunc function, List<Tensor> inputs, List<TensorType> outputs);

  /** The reference interpreter. */
  static ConstantEvaluator interpreter() {
    return (function, inputs, outputs) -> {
      List<Tensor> results =
          outputs.stream()
              .map(type -> Tensor.allocate(type.dtype(), type.shape().toLongs()))
              .toList();
      List<Tensor> args = new ArrayList<>();
      inputs.forEach(input -> args.add(StoredForm.view(input)));
      results.forEach(result -> args.add(StoredForm.view(result)));
      Interpreter.run(function, args);
      return results;
    };
  }
}
