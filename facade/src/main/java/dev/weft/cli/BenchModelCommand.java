package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.cli.bench.Contestant;
import dev.weft.cli.bench.ModelContestant;
import dev.weft.cli.bench.Peers;
import dev.weft.compiler.OutputCheck;
import dev.weft.compiler.Verification;
import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.runtime.Device;
import dev.weft.runtime.plan.Signature;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft bench model}. */
@Command(
    name = "model",
    description = {
      "Measures runs of a model on random inputs, transfers included; peers: onnxruntime,"
          + " interpreter. Tells how long it took to compile, how many kernels fusion saved, and"
          + " how much memory the plan."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench model model.onnx --device opencl:0 --vs onnxruntime --check onnxruntime"
    })
final class BenchModelCommand extends BenchAction {
  private static final String INTERPRETER = "interpreter";
  private static final String NONE = "none";

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description = "The model, an .onnx file or a compiled .weft file.")
  private Path file = Path.of("");

  @Option(
      names = "--size",
      paramLabel = "NAME=N",
      description = "The value of a symbolic dimension.")
  private Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(
      names = "--check",
      paramLabel = "WITH",
      description =
          "Whose results are right: interpreter (the default; it takes minutes for large models), a"
              + " peer, or none.")
  private @Nullable String check;

  @Option(names = "--unchecked", description = "The same as --check none.")
  private boolean unchecked;

  @Option(
      names = "--random-weights",
      paramLabel = "SEED",
      description = "Give the model random weights in place of its own.")
  private @Nullable Long weights;

  BenchModelCommand(Console console) {
    super(console);
  }

  /** A compiled model and its inputs. */
  private record Runner(String name, Model model, Map<String, Tensor> inputs)
      implements ModelContestant {
    @Override
    public void run(int times) {
      for (int i = 0; i < times; i++) {
        model.run(inputs).values().forEach(Tensor::close);
      }
    }

    @Override
    public Map<String, Tensor> results() {
      return model.run(inputs);
    }

    @Override
    public void close() {
      model.close();
    }
  }

  @Override
  boolean measure(Device opened, ObjectNode figures) {
    figures.put("workload", "model").put("model", file.toString());
    if (Weft.isCompiled(file)) {
      return compiled(opened, figures);
    }
    List<Contestant> contestants = new ArrayList<>();
    try (FilledModel filled = FilledModel.of(file, weights)) {
      long begin = System.nanoTime();
      ImportedModel imported = Weft.load(filled.file());
      long importing = System.nanoTime() - begin;
      try (ModelInputs inputs = inputs(imported.signature())) {
        Map<String, Tensor> tensors = inputs.tensors();
        var compilation = new CompileFigures(options().trace());
        Model model = imported.compile(opened.info().name(), options().withTrace(compilation));
        var weft = new Runner("weft", model, tensors);
        contestants.add(weft);
        compilation.print(
            console(), figures, importing, sizes(imported.signature().inputs(), tensors));
        for (String peer : peers()) {
          contestants.add(contestant(peer, imported, filled.file(), tensors, opened));
        }
        boolean right = isRight(weft, imported, filled.file(), contestants, opened, figures);
        Subject subject =
            new Subject(
                "model " + file.getFileName(), ModelFigures.flops(imported), 0, DType.FLOAT32);
        compare(subject, contestants, opened, figures);
        return right;
      } finally {
        contestants.forEach(Contestant::close);
      }
    }
  }

  /** A model that was compiled ahead of time: no other runtime knows it, nor is it compiled now. */
  private boolean compiled(Device opened, ObjectNode figures) {
    if (!peers().isEmpty() || weights != null || (check != null && !check.equals(NONE))) {
      throw usage("a compiled model has no peers, no check and no other weights");
    }
    long begin = System.nanoTime();
    try (Model model = Weft.open(file, opened.info().name());
        ModelInputs inputs = inputs(model.signature())) {
      long loading = System.nanoTime() - begin;
      console().print("ready in " + Figures.time(loading));
      figures.putObject("compilation").put("load_ns", loading);
      compare(
          new Subject("model " + file.getFileName(), 0, 0, DType.FLOAT32),
          List.of(new Runner("weft", model, inputs.tensors())),
          opened,
          figures);
      return true;
    }
  }

  private ModelInputs inputs(Signature signature) {
    List<InputArgument> all =
        signature.inputs().stream()
            .map(input -> new InputArgument(input.name(), InputArgument.RANDOM))
            .toList();
    return ModelInputs.of(
        signature, all, sizes, new InputReader(PicturePreprocessing.NONE), random());
  }

  private ModelContestant contestant(
      String peer, ImportedModel imported, Path model, Map<String, Tensor> inputs, Device opened) {
    return peer.equals(INTERPRETER)
        ? new Runner(peer, imported.compile(INTERPRETER), inputs)
        : Peers.installed().get(peer).model(model, inputs, threads(opened));
  }

  /** What the symbolic sizes of inputs are. */
  private static Map<String, Long> sizes(List<TensorSpec> inputs, Map<String, Tensor> tensors) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (TensorSpec input : inputs) {
      Tensor tensor = tensors.get(input.name());
      for (int i = 0; tensor != null && i < tensor.rank(); i++) {
        if (input.shape().dim(i) instanceof IntExpr.Symbol(String name)) {
          sizes.put(name, tensor.shape()[i]);
        }
      }
    }
    return sizes;
  }

  /** Compares the results with those of whoever is right. */
  private boolean isRight(
      Runner weft,
      ImportedModel imported,
      Path model,
      List<Contestant> contestants,
      Device opened,
      ObjectNode figures) {
    String with = check == null ? (unchecked ? NONE : INTERPRETER) : check;
    if (with.equals(NONE)) {
      return true;
    }
    Map<String, Tensor> expected;
    if (with.equals(INTERPRETER)) {
      try (Verification reference = Verification.of(imported.graph())) {
        expected = reference.run(weft.inputs());
      }
    } else {
      expected = results(with, imported, model, weft.inputs(), contestants, opened);
    }
    Map<String, Tensor> actual = weft.results();
    try {
      return agree(actual, expected, with, figures);
    } finally {
      actual.values().forEach(Tensor::close);
      expected.values().forEach(Tensor::close);
    }
  }

  private Map<String, Tensor> results(
      String peer,
      ImportedModel imported,
      Path model,
      Map<String, Tensor> inputs,
      List<Contestant> contestants,
      Device opened) {
    for (Contestant contestant : contestants) {
      if (contestant.name().equals(peer) && contestant instanceof ModelContestant known) {
        return known.results();
      }
    }
    try (ModelContestant extra = contestant(peer, imported, model, inputs, opened)) {
      return extra.results();
    }
  }

  private boolean agree(
      Map<String, Tensor> actual, Map<String, Tensor> expected, String with, ObjectNode figures) {
    boolean right = true;
    double relative = 0;
    for (Map.Entry<String, Tensor> output : expected.entrySet()) {
      Tensor given = actual.get(output.getKey());
      TensorComparison comparison =
          given == null ? null : OutputCheck.compare(given, output.getValue());
      if (comparison == null || !comparison.agrees()) {
        console()
            .fail(
                "the output '"
                    + output.getKey()
                    + "' is wrong: "
                    + (comparison == null ? "there is none" : comparison.report()));
        right = false;
      }
      relative = comparison == null ? relative : Math.max(relative, comparison.maxRelative());
    }
    console().printf("largest relative difference from %s: %.2e", with, relative);
    figures.put("right", right).put("checked_with", with);
    figures.put("largest_relative_difference", relative);
    return right;
  }
}
