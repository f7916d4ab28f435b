package dev.weft.peers;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.cli.bench.ModelContestant;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A model in ONNX Runtime. Inputs and, where their shapes are known, outputs stay where they are:
 * nothing is allocated or copied in a run.
 */
final class OnnxRuntimeContestant implements ModelContestant {
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;

  /** Outputs of known shape: ONNX Runtime's view of {@link #results}. */
  private final Map<String, OnnxValue> outputs = new LinkedHashMap<>();

  /** Outputs that each run allocates. */
  private final Set<String> unknown = new LinkedHashSet<>();

  private final Map<String, Tensor> results = new LinkedHashMap<>();

  private OnnxRuntimeContestant(OrtSession session, Map<String, OnnxTensor> inputs) {
    this.session = session;
    this.inputs = inputs;
  }

  /** Where a model comes from. */
  @FunctionalInterface
  interface Source {
    /** Loads it. */
    OrtSession session(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  /**
   * Loads a model.
   *
   * @param given the inputs by name, which stay the caller's and open
   * @param threads how many run an operator
   * @throws OrtException if ONNX Runtime refuses it
   */
  static OnnxRuntimeContestant of(
      OrtEnvironment environment, Source model, Map<String, Tensor> given, int threads)
      throws OrtException {
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      // Its threads wait in a loop for more work, which takes the cores from whoever is next: they
      // may do so within a run only.
      options.addConfigEntry("session.force_spinning_stop", "1");
      session = model.session(environment, options);
    }
    OnnxRuntimeContestant contestant = new OnnxRuntimeContestant(session, new LinkedHashMap<>());
    boolean done = false;
    try {
      for (Map.Entry<String, Tensor> input : given.entrySet()) {
        contestant.inputs.put(input.getKey(), view(environment, input.getValue()));
      }
      for (Map.Entry<String, NodeInfo> output : session.getOutputInfo().entrySet()) {
        contestant.allocate(environment, output.getKey(), output.getValue());
      }
      done = true;
      return contestant;
    } finally {
      if (!done) {
        contestant.close();
      }
    }
  }

  private void allocate(OrtEnvironment environment, String name, NodeInfo output)
      throws OrtException {
    if (output.getInfo() instanceof TensorInfo info
        && Arrays.stream(info.getShape()).allMatch(dim -> dim >= 0)) {
      Tensor tensor = Tensor.allocate(dtype(info.type), info.getShape());
      results.put(name, tensor);
      outputs.put(name, view(environment, tensor));
    } else {
      unknown.add(name);
    }
  }

  private static OnnxTensor view(OrtEnvironment environment, Tensor tensor) throws OrtException {
    return OnnxTensor.createTensor(
        environment,
        tensor.data().asByteBuffer().order(ByteOrder.nativeOrder()),
        tensor.shape(),
        type(tensor.dtype()));
  }

  private static OnnxJavaType type(DType dtype) {
    for (OnnxJavaType type : OnnxJavaType.values()) {
      if (type != OnnxJavaType.STRING
          && type != OnnxJavaType.UNKNOWN
          && dtype.equals(dtype(type))) {
        return type;
      }
    }
    throw refused(dtype.toString());
  }

  private static DType dtype(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> DType.FLOAT32;
      case DOUBLE -> DType.FLOAT64;
      case FLOAT16 -> DType.FLOAT16;
      case BFLOAT16 -> DType.BFLOAT16;
      case INT8 -> DType.INT8;
      case INT16 -> DType.INT16;
      case INT32 -> DType.INT32;
      case INT64 -> DType.INT64;
      case UINT8 -> DType.UINT8;
      case BOOL -> DType.BOOL;
      default -> throw refused(type.toString());
    };
  }

  private static InputException refused(String type) {
    return new InputException(
        "ONNX Runtime's Java interface has no tensors of " + type,
        "--vs onnxruntime",
        "leave it out, or take another --dtype");
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public void run(int times) {
    try {
      for (int i = 0; i < times; i++) {
        session.run(inputs, unknown, outputs).close(); // Closes those of unknown shape only.
      }
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    try (OrtSession.Result fresh = session.run(inputs)) {
      for (Map.Entry<String, OnnxValue> output : fresh) {
        if (!(output.getValue() instanceof OnnxTensor tensor)) {
          throw refused(output.getValue().getType().toString());
        }
        TensorInfo info = tensor.getInfo();
        Tensor copy = Tensor.allocate(dtype(info.type), info.getShape());
        copy.data().copyFrom(MemorySegment.ofBuffer(tensor.getByteBuffer()));
        copies.put(output.getKey(), copy);
      }
      return copies;
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private static InputException failed(OrtException e) {
    return new InputException(
        "ONNX Runtime failed: " + e.getMessage(), "--vs onnxruntime", "leave it out", e);
  }

  @Override
  public Tensor result() {
    return results.values().iterator().next();
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxValue::close);
    results.values().forEach(Tensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime can't close its session", e);
    }
  }
}
