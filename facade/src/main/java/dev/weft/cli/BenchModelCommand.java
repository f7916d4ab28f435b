package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.Peers;
import dev.weft.compiler.Verification;
import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.runtime.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft bench model}. */
@Command(
    name = "model",
    description = {
      "Measures runs of a model on random inputs, transfers included; peers: onnxruntime,"
          + " interpreter."
    },
    sortOptions = false,
    footer = {"", "Example:", "  weft bench model model.onnx --device opencl:0"})
final class BenchModelCommand extends BenchAction {
  @Parameters(index = "0", paramLabel = "FILE", description = "The model, an .onnx file.")
  private Path file = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "NAME=N",
      description = "The value of a symbolic dimension.")
  private Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(
      names = "--unchecked",
      description =
          "Don't compare the results with the reference interpreter's, which takes minutes for"
              + " large models.")
  private boolean unchecked;

  BenchModelCommand(Console console) {
    super(console);
  }

  /** A compiled model and its inputs. */
  private record Runner(String name, Model model, Map<String, Tensor> inputs)
      implements Contestant {
    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) {
        model.run(inputs).values().forEach(Tensor::close);
      }
    }

    @Override
    public Tensor result() {
      throw new UnsupportedOperationException("a model has several results");
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @Override
  boolean measure(Device opened, ObjectNode figures) {
    ImportedModel imported = Weft.load(file);
    figures.put("workload", "model").put("model", file.toString());
    List<InputArgument> all =
        imported.signature().inputs().stream()
            .map(input -> new InputArgument(input.name(), InputArgument.RANDOM))
            .toList();
    List<Contestant> contestants = new ArrayList<>();
    try (ModelInputs inputs =
        ModelInputs.of(
            imported.signature(),
            all,
            sizes,
            new InputReader(PicturePreprocessing.NONE),
            random())) {
      Model model = imported.compile(opened.info().name(), options());
      contestants.add(new Runner("weft", model, inputs.tensors()));
      boolean right = unchecked || check(imported, model, inputs.tensors());
      if (!unchecked) {
        figures.put("right", right);
      }
      for (String peer : peers()) {
        contestants.add(
            peer.equals("interpreter")
                ? new Runner(peer, imported.compile("interpreter"), inputs.tensors())
                : Peers.installed().get(peer).model(file, inputs.tensors(), threads(opened)));
      }
      double flops = ModelFigures.of(imported).flops();
      String title = "model " + file.getFileName();
      compare(new Subject(title, flops, 0, DType.FLOAT32), contestants, opened, figures);
      return right;
    } finally {
      contestants.forEach(Contestant::close);
    }
  }

  private boolean check(ImportedModel imported, Model model, Map<String, Tensor> inputs) {
    Map<String, Tensor> actual = model.run(inputs);
    String firstWrong = "";
    try (Verification reference = Verification.of(imported.graph())) {
      for (Map.Entry<String, TensorComparison> entry : reference.check(inputs, actual).entrySet()) {
        if (!entry.getValue().agrees() && firstWrong.isEmpty()) {
          firstWrong = "the output '" + entry.getKey() + "' is wrong: " + entry.getValue().report();
        }
      }
    } finally {
      actual.values().forEach(Tensor::close);
    }
    if (!firstWrong.isEmpty()) {
      console().fail(firstWrong);
    }
    return firstWrong.isEmpty();
  }
}
