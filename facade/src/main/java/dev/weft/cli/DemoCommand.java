package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.cli.TextTable.Align;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.OutputCheck;
import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.Devices;
import dev.weft.runtime.plan.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weft demo}: the whole path on bundled input, checked and timed. */
@Command(
    name = "demo",
    description = {
      "Runs a bundled digit classifier on a device, checks and times it.",
      "",
      "Imports the ONNX model, compiles it for the best device, runs it on bundled pictures,",
      "compares every output with the reference interpreter and with what ONNX Runtime gave, and",
      "prints a prediction and a timing table."
    },
    footer = {"", "Example:", "  weft demo --device opencl:0"})
final class DemoCommand extends Action {
  /** The picture that is printed. */
  private static final int SHOWN = 7;

  /** How long the device is timed, once every picture has been run. */
  private static final long TIMING_NANOS = 500_000_000;

  @Mixin private final DeviceOption device = new DeviceOption();

  DemoCommand(Console console) {
    super(console);
  }

  /** What one device did: times, and its output for each picture. */
  private record Outcome(
      String device, double compile, double firstRun, Samples runs, List<Tensor> outputs)
      implements AutoCloseable {
    @Override
    public void close() {
      outputs.forEach(Tensor::close);
    }
  }

  @Override
  boolean run(ObjectNode figures) {
    try (DemoFiles files = DemoFiles.extract()) {
      long start = System.nanoTime();
      ImportedModel model = Weft.load(files.model());
      double importTime = System.nanoTime() - start;
      TensorSpec input = model.signature().inputs().getFirst();
      InputReader reader = new InputReader(PicturePreprocessing.UNIT);
      List<Tensor> pictures = new ArrayList<>();
      try {
        for (DemoFiles.Sample sample : files.samples()) {
          pictures.add(reader.read(sample.file().toString(), input));
        }
        CompileOptions traced =
            CompileOptions.DEFAULT.withTrace(
                VerboseTrace.of(console(), CompileOptions.DEFAULT.trace()));
        try (Outcome actual = compute(model, device.name(), traced, pictures, TIMING_NANOS);
            Outcome reference =
                compute(
                    model, "interpreter", CompileOptions.DEFAULT.withOptLevel(0), pictures, 0)) {
          introduce(actual.device());
          figures.put("device", actual.device());
          boolean right = report(files, pictures, actual, reference, figures);
          times(importTime, actual, reference, figures);
          return right;
        }
      } finally {
        pictures.forEach(Tensor::close);
      }
    }
  }

  /**
   * Runs every picture once, and again while there is time.
   *
   * @param budgetNanos how long to go on
   */
  private Outcome compute(
      ImportedModel model,
      String name,
      CompileOptions options,
      List<Tensor> pictures,
      long budgetNanos) {
    String input = model.signature().inputs().getFirst().name();
    long start = System.nanoTime();
    List<Tensor> outputs = new ArrayList<>();
    try (Model compiled = model.compile(name, options);
        Progress progress = console().progress("running on " + name, pictures.size())) {
      double compile = System.nanoTime() - start;
      start = System.nanoTime();
      // The first run, which also allocates and loads code, counts by itself.
      compiled.run(Map.of(input, pictures.getFirst())).values().forEach(Tensor::close);
      double first = System.nanoTime() - start;
      List<Double> runs = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < pictures.size() || System.nanoTime() - begin < budgetNanos; i++) {
        start = System.nanoTime();
        Map<String, Tensor> results =
            compiled.run(Map.of(input, pictures.get(i % pictures.size())));
        runs.add((double) (System.nanoTime() - start));
        if (i < pictures.size()) {
          outputs.add(results.values().iterator().next());
          progress.step();
        } else {
          results.values().forEach(Tensor::close);
        }
      }
      double[] times = runs.stream().mapToDouble(Double::doubleValue).toArray();
      String used = compiled.device().info().name();
      return new Outcome(used, compile, first, new Samples(times), List.copyOf(outputs));
    } catch (RuntimeException | Error e) {
      outputs.forEach(Tensor::close);
      throw e;
    }
  }

  private void introduce(String used) {
    console().print("device: " + used);
    Devices devices = Devices.installed();
    boolean onlyInterpreter =
        devices.list().stream().allMatch(info -> info.deviceClass() == DeviceClass.INTERPRETER);
    if (onlyInterpreter && devices.probe().get("opencl") instanceof DeviceProbe.Missing missing) {
      console().print("There is no OpenCL here (" + missing.reason() + "), so the model runs on");
      console().print("the reference interpreter, which is slow. For OpenCL: " + missing.remedy());
    }
    console().print("");
  }

  private boolean report(
      DemoFiles files,
      List<Tensor> pictures,
      Outcome actual,
      Outcome reference,
      ObjectNode figures) {
    int right = 0;
    int asReference = 0;
    int asExpected = 0;
    double largest = 0;
    String firstProblem = "";
    ArrayNode json = figures.putArray("pictures");
    for (int i = 0; i < pictures.size(); i++) {
      DemoFiles.Sample sample = files.samples().get(i);
      Tensor output = actual.outputs().get(i);
      Tensor reshaped = output.reshaped(output.elements());
      TopScores.Score best = TopScores.of(reshaped, 1).getFirst();
      TensorComparison toReference = OutputCheck.compare(output, reference.outputs().get(i));
      TensorComparison toExpected;
      try (Tensor expected = Tensor.allocate(output.dtype(), output.shape())) {
        for (int j = 0; j < sample.logits().size(); j++) {
          expected.setDouble(j, sample.logits().get(j));
        }
        toExpected = OutputCheck.compare(output, expected);
      }
      right += best.index() == sample.digit() ? 1 : 0;
      asReference += toReference.agrees() ? 1 : 0;
      asExpected += toExpected.agrees() ? 1 : 0;
      largest = Math.max(largest, toReference.maxAbsolute());
      if (firstProblem.isEmpty() && !toReference.agrees()) {
        firstProblem = "the interpreter: " + toReference.report();
      }
      if (firstProblem.isEmpty() && !toExpected.agrees()) {
        firstProblem = files.engine() + ": " + toExpected.report();
      }
      json.addObject()
          .put("digit", sample.digit())
          .put("prediction", best.index())
          .put("score", best.score())
          .put("as_interpreter", toReference.agrees())
          .put("as_expected", toExpected.agrees())
          .put("max_difference", toReference.maxAbsolute());
      if (sample.digit() == SHOWN) {
        GreyArt.lines(pictures.get(i)).forEach(console()::print);
        console().print("");
        console()
            .printf(
                "This is a %d (logit %s; the next best is %d with %s).",
                best.index(),
                Figures.three(best.score()),
                TopScores.of(reshaped, 2).getLast().index(),
                Figures.three(TopScores.of(reshaped, 2).getLast().score()));
      }
    }
    int count = pictures.size();
    console().printf("%d of %d pictures classified correctly", right, count);
    console()
        .printf(
            "%d of %d outputs as the reference interpreter's (largest difference %.2g)",
            asReference, count, largest);
    console()
        .printf(
            "%d of %d outputs as bundled with the model (by %s)",
            asExpected, count, files.engine());
    if (!firstProblem.isEmpty()) {
      console().fail("an output differs from " + firstProblem);
    } else if (right < count) {
      console().fail((count - right) + " pictures are classified wrongly");
    }
    return right == count && asReference == count && asExpected == count;
  }

  private void times(double importTime, Outcome actual, Outcome reference, ObjectNode figures) {
    TextTable table = new TextTable(Align.LEFT, Align.RIGHT, Align.RIGHT);
    table.row("", actual.device(), "reference");
    table.row("import", Figures.time(importTime), "");
    table.row(
        "compile and load", Figures.time(actual.compile()), Figures.time(reference.compile()));
    table.row("first run", Figures.time(actual.firstRun()), Figures.time(reference.firstRun()));
    table.row(
        "median run",
        Figures.time(actual.runs().median()),
        Figures.time(reference.runs().median()));
    console().print("");
    table.lines().forEach(console()::print);
    figures.put("import_ms", importTime / 1e6);
    for (Outcome outcome : List.of(actual, reference)) {
      ObjectNode json = figures.putObject(outcome == actual ? "times" : "reference_times");
      json.put("compile_ms", outcome.compile() / 1e6);
      json.put("first_run_ms", outcome.firstRun() / 1e6);
      json.set("run", outcome.runs().toJson());
    }
  }
}
