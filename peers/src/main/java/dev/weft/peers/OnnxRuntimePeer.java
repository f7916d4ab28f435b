package dev.weft.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.ModelContestant;
import dev.weft.cli.bench.Peer;
import dev.weft.cli.bench.Peers;
import dev.weft.frontend.onnx.OnnxExporter;
import dev.weft.graph.workload.Workload;
import java.nio.file.Path;
import java.util.Map;

/** ONNX Runtime on the CPU, with all its graph optimisations. */
public final class OnnxRuntimePeer implements Peer {
  private static final String NAME = "onnxruntime";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Contestant workload(Workload workload, int threads) {
    byte[] model = OnnxExporter.export(workload.graph());
    return contestant(
        (environment, options) -> environment.createSession(model, options),
        workload.inputs(),
        threads);
  }

  @Override
  public ModelContestant model(Path file, Map<String, Tensor> inputs, int threads) {
    // By its path: the weights may lie in other files beside it.
    return contestant(
        (environment, options) -> environment.createSession(file.toString(), options),
        inputs,
        threads);
  }

  private static OnnxRuntimeContestant contestant(
      OnnxRuntimeContestant.Source model, Map<String, Tensor> inputs, int threads) {
    try {
      return OnnxRuntimeContestant.of(environment(), model, inputs, threads);
    } catch (OrtException e) {
      throw new InputException(
          "ONNX Runtime doesn't take the model: " + e.getMessage(),
          "--vs " + NAME,
          "leave it out, or take another --dtype",
          e);
    }
  }

  private static OrtEnvironment environment() {
    try {
      return OrtEnvironment.getEnvironment();
    } catch (LinkageError e) {
      throw Peers.missing(NAME, "its library can't be loaded: " + e.getMessage(), e);
    }
  }
}
