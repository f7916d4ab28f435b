package dev.weft.cli.bench;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.graph.workload.Workload;
import java.nio.file.Path;
import java.util.Map;

/**
 * A library that workloads are measured on next to Weft. Found through {@link
 * java.util.ServiceLoader}, so that an application's class path needs none; see {@link Peers}.
 */
public interface Peer {
  /** What it is called behind {@code --vs}. */
  String name();

  /**
   * Makes the library ready to work a workload out.
   *
   * @param threads how many it may use
   * @throws InputException if it can't: the library isn't there, or has nothing for such a workload
   */
  Contestant workload(Workload workload, int threads);

  /**
   * Makes the library ready to run a model.
   *
   * @param file an ONNX model
   * @param inputs by name; they stay the caller's
   * @throws InputException if it can't; a library of functions can't at all
   */
  default ModelContestant model(Path file, Map<String, Tensor> inputs, int threads) {
    throw new InputException(name() + " runs no models", "--vs " + name(), "leave it out");
  }
}
