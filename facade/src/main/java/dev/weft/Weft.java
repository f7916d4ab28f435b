package dev.weft;

import dev.weft.base.InputException;
import dev.weft.frontend.onnx.OnnxImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The entry point: {@code Weft.load(path).compile("best")} gives a {@link Model} to run.
 *
 * <pre>{@code
 * try (Model model = Weft.load(Path.of("model.onnx")).compile("best")) {
 *   Map<String, Tensor> outputs = model.run(Map.of("image", image));
 * }
 * }</pre>
 */
public final class Weft {
  private Weft() {}

  /**
   * Reads a model; the format is told by the file name's ending ({@code .onnx}).
   *
   * @throws InputException if there is no such file or its format is not known
   * @throws dev.weft.base.WeftException if it can't be imported; all unsupported operators at once
   */
  public static ImportedModel load(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new InputException("there is no such file", path.toString(), "check the path");
    }
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".onnx")) {
      return new ImportedModel(OnnxImporter.load(path), path.toString());
    }
    throw new InputException(
        "this kind of model is not known", path.toString(), "give a file that ends in .onnx");
  }
}
