package dev.weft.examples.digits;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;

/** Runs the written file in ONNX Runtime, the engine that had no part in making it. */
final class OnnxRuntime implements AutoCloseable {

  private static final long[] IMAGE = {1, 1, Picture.SIZE, Picture.SIZE};

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  /** Loads a model from the bytes of an ONNX file. */
  OnnxRuntime(byte[] model) throws OrtException {
    session = environment.createSession(model);
  }

  /**
   * Classifies one picture.
   *
   * @return logits, f32 [10]
   */
  float[] logits(Picture picture) throws OrtException {
    try (var image =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(picture.pixels()), IMAGE);
        var result = session.run(Map.of("image", image))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  /**
   * Classifies samples one at a time.
   *
   * @return logits, f32 [n, 10]
   */
  float[][] logits(Samples samples) throws OrtException {
    float[][] all = new float[samples.count()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = logits(samples.picture(i));
    }
    return all;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
