package dev.weft;

import dev.weft.base.InputException;
import dev.weft.frontend.CustomOperators;
import dev.weft.frontend.onnx.OnnxImporter;
import dev.weft.graph.Graph;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.plan.Signature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The entry point: {@code Weft.load(path).compile("best")} gives a {@link Model} to run.
 *
 * <pre>{@code
 * try (Model model = Weft.load(Path.of("model.onnx")).compile("best")) {
 *   Map<String, Tensor> outputs = model.run(Map.of("image", image));
 * }
 * }</pre>
 *
 * <p>A model that was compiled ahead of time is opened: {@code Weft.open(path, "best")}.
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
    return load(path, CustomOperators.NONE);
  }

  /**
   * Reads a model some of whose operators the application defines itself; see {@link #load(Path)}.
   *
   * <pre>{@code
   * CustomOperators operators =
   *     CustomOperators.NONE.with("com.acme", "ScaledSquare", OperatorDefinition.expression(…));
   * try (Model model = Weft.load(path, operators).compile("best")) { … }
   * }</pre>
   */
  public static ImportedModel load(Path path, CustomOperators operators) {
    if (!Files.isRegularFile(path)) {
      throw new InputException("there is no such file", path.toString(), "check the path");
    }
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".onnx")) {
      List<Path> files = new ArrayList<>();
      Graph graph = OnnxImporter.load(path, operators, files::add);
      // An application's operators are code that no file tells.
      boolean whole = operators.definitions().isEmpty();
      return new ImportedModel(
          graph, path.toString(), ExternalFunctions.NONE, whole ? files : List.of());
    }
    throw new InputException(
        isCompiled(path) ? "the model is compiled already" : "this kind of model is not known",
        path.toString(),
        "give a file that ends in .onnx");
  }

  /**
   * A model that the application built itself.
   *
   * @param graph with a function {@link Graph#MAIN}
   * @param name what to call it in messages
   */
  public static ImportedModel of(Graph graph, String name) {
    return new ImportedModel(graph, name, ExternalFunctions.NONE, List.of());
  }

  /** Whether a file is called as compiled models are ({@code .weft}). */
  public static boolean isCompiled(Path path) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith("." + Artifact.EXTENSION);
  }

  /**
   * What a compiled model, a {@code .weft} file, takes and gives.
   *
   * @throws InputException if there is no such file or it is damaged
   */
  public static Signature signature(Path path) {
    try (Artifact artifact = Artifact.read(path)) {
      return artifact.signature();
    }
  }

  /**
   * Loads a compiled model, a {@code .weft} file, on a device.
   *
   * @param device {@code opencl:0}, {@code jvm}, …; {@code best} picks the best one that the file
   *     has kernels for
   * @throws InputException if there is no such file, it is damaged, or has nothing for the device
   * @throws dev.weft.runtime.DeviceNotFoundException if there is no such device; says which exist
   */
  public static Model open(Path path, String device) {
    return open(path, device, ExternalFunctions.NONE);
  }

  /**
   * Loads a compiled model that calls functions of the application; see {@link #open(Path,
   * String)}.
   */
  public static Model open(Path path, String device, ExternalFunctions functions) {
    try (Artifact artifact = Artifact.read(path)) {
      return Model.load(artifact, device, functions);
    }
  }
}
