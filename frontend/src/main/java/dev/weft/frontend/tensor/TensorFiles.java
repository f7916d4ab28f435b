package dev.weft.frontend.tensor;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.npy.NpyFiles;
import dev.weft.frontend.onnx.OnnxTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tensor files: {@code .npy} (NumPy) and {@code .pb} (one ONNX {@code TensorProto}). */
public final class TensorFiles {
  private TensorFiles() {}

  /**
   * Reads a tensor; the caller closes it.
   *
   * @throws InputException if the file can't be read or its ending is not known
   */
  public static Tensor read(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (!Files.isRegularFile(file)) {
      throw new InputException("there is no such file", file.toString(), "check the path");
    }
    if (name.endsWith(".npy")) {
      return NpyFiles.read(file);
    }
    if (name.endsWith(".pb")) {
      return OnnxTensors.read(file);
    }
    throw new InputException(
        "this kind of tensor file is not known", file.toString(), "give a .npy or .pb file");
  }
}
