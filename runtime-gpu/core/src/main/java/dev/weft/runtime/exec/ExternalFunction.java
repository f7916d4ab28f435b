package dev.weft.runtime.exec;

import dev.weft.base.Tensor;
import java.util.List;
import java.util.Map;

/** What a plan's external call runs: code of the application, on host tensors. */
@FunctionalInterface
public interface ExternalFunction {
  /**
   * Computes the results.
   *
   * @param inputs valid during the call only
   * @param attributes what the plan says besides
   * @return one tensor an output of the call, of its dtype and shape; closed by the caller
   */
  List<Tensor> call(List<Tensor> inputs, Map<String, String> attributes);
}
