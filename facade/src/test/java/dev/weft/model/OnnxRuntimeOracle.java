package dev.weft.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a model in ONNX Runtime, an engine that shares nothing with Weft. */
final class OnnxRuntimeOracle implements AutoCloseable {
  private final OrtEnvironment environment =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
  private final OrtSession session;

  OnnxRuntimeOracle(byte[] model) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    session = environment.createSession(model, options);
  }

  /** A model whose weights may lie in files beside it. */
  OnnxRuntimeOracle(Path model) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    session = environment.createSession(model.toString(), options);
  }

  /** The model's outputs, which must be tensors, by name. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) throws OrtException {
    Map<String, OnnxTensor> given = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        given.put(input.getKey(), tensor(input.getValue()));
      }
      Map<String, Tensor> outputs = new LinkedHashMap<>();
      try (OrtSession.Result result = session.run(given)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.put(output.getKey(), tensor((OnnxTensor) output.getValue()));
        }
      }
      return outputs;
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(Tensor tensor) throws OrtException {
    ByteBuffer copy =
        ByteBuffer.allocateDirect((int) Math.max(1, tensor.bytes())).order(ByteOrder.nativeOrder());
    copy.put(tensor.data().asByteBuffer()).rewind();
    copy.limit((int) tensor.bytes());
    return OnnxTensor.createTensor(environment, copy, tensor.shape(), type(tensor.dtype()));
  }

  private static Tensor tensor(OnnxTensor tensor) {
    DType dtype = dtype(tensor.getInfo().type);
    Tensor copy = Tensor.allocate(dtype, tensor.getInfo().getShape());
    if (copy.bytes() > 0) {
      copy.data().asByteBuffer().put(tensor.getByteBuffer());
    }
    return copy;
  }

  private static OnnxJavaType type(DType dtype) {
    for (OnnxJavaType type : OnnxJavaType.values()) {
      if (type != OnnxJavaType.STRING
          && type != OnnxJavaType.UNKNOWN
          && dtype(type).equals(dtype)) {
        return type;
      }
    }
    throw new IllegalArgumentException("ONNX Runtime takes no " + dtype);
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
      case STRING, UNKNOWN -> throw new IllegalArgumentException("no tensors of " + type);
    };
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
