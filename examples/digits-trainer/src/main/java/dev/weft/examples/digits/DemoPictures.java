package dev.weft.examples.digits;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Writes the pictures that Weft bundles beside the model, {@code digit-0.png} to {@code
 * digit-9.png}, and ONNX Runtime's logits for each in {@code expected-logits.json}.
 */
final class DemoPictures {

  private DemoPictures() {}

  /**
   * Takes the first ten samples, which show the digits 0 to 9 in this order.
   *
   * @param samples held-out samples
   * @return how many of the ten ONNX Runtime classifies rightly
   */
  static int write(Path folder, Samples samples, OnnxRuntime runtime)
      throws IOException, OrtException {
    List<String> entries = new ArrayList<>();
    int correct = 0;
    for (int digit = 0; digit < 10; digit++) {
      Path file = folder.resolve("digit-" + digit + ".png");
      samples.picture(digit).writePng(file);
      // From the file, so that the logits are those of the picture as bundled.
      float[] logits = runtime.logits(Picture.read(file));
      correct += Score.digit(logits) == digit ? 1 : 0;
      entries.add(entry(file, digit, logits));
    }
    String json =
        """
        {
          "model": "digits.onnx",
          "engine": "ONNX Runtime 1.29.0, CPU",
          "input": "image: f32 [1, 1, 28, 28], grey value / 255, white digit on black",
          "output": "logits: f32 [1, 10]",
          "pictures": [
        %s
          ]
        }
        """
            .formatted(String.join(",\n", entries));
    Files.writeString(folder.resolve("expected-logits.json"), json);
    return correct;
  }

  private static String entry(Path file, int digit, float[] logits) {
    var values = new StringJoiner(", ", "[", "]");
    for (float logit : logits) {
      values.add(Float.toString(logit));
    }
    return String.format(
        Locale.ROOT,
        "    {\"file\": \"%s\", \"digit\": %d,\n     \"logits\": %s}",
        file.getFileName(),
        digit,
        values);
  }
}
