package dev.weft.examples.digits;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Classifies 28×28 grey pictures with a written model in ONNX Runtime. */
public final class Classify {

  private Classify() {}

  /** Arguments: the ONNX file, then the pictures. Prints each one's digit and logits. */
  public static void main(String[] args) throws IOException, OrtException {
    try (var runtime = new OnnxRuntime(Files.readAllBytes(Path.of(args[0])))) {
      for (String file : Arrays.asList(args).subList(1, args.length)) {
        float[] logits = runtime.logits(Picture.read(Path.of(file)));
        System.out.println(file + ": " + Score.digit(logits) + "  " + Arrays.toString(logits));
      }
    }
  }
}
