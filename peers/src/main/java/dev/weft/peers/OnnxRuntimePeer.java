package dev.weft.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Peer;
import dev.weft.cli.bench.Peers;
import dev.weft.frontend.onnx.OnnxExporter;
import dev.weft.graph.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
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
    return contestant(OnnxExporter.export(workload.graph()), workload.inputs(), threads);
  }

  @Override
  public Contestant model(Path file, Map<String, Tensor> inputs, int threads) {
    try {
      return contestant(Files.readAllBytes(file), inputs, threads);
    } catch (IOException e) {
      throw new InputException("the file can't be read", file.toString(), "check the path", e);
    }
  }

  private static Contestant contestant(byte[] model, Map<String, Tensor> inputs, int threads) {
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
