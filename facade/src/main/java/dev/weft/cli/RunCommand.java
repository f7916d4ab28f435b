package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.compiler.Verification;
import dev.weft.runtime.exec.ExecutionProfile;
import dev.weft.runtime.plan.Receipt;
import dev.weft.runtime.plan.Signature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft run}: runs a model once, checks it and times it if asked to. */
@Command(
    name = "run",
    description = "Runs a model on tensors or pictures.",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  weft run model.onnx --input x=x.npy -o out --verify",
      "  weft run model.weft --input x=x.npy --device opencl:0",
      "  weft run resnet50.onnx --input data=cat.jpg --preprocess imagenet --postprocess softmax"
          + " \\",
      "    --top 5 --labels synset.txt --repeat 10 --number 10",
      "  weft run model.onnx --input x=random --repeat 20 --number 10 --json times.json"
    })
final class RunCommand extends Action {
  /** What an output's elements are printed up to; more are only summed up. */
  private static final int PRINTED_ELEMENTS = 16;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model, an .onnx file or a compiled .weft file.")
  private Path file = Path.of("");

  @Option(
      names = "--input",
      paramLabel = "NAME=FILE",
      converter = InputArgument.Converter.class,
      description =
          "An input: a tensor (.npy, .pb), a picture (.png, .jpg), or NAME=random. Once per input.")
  private List<InputArgument> inputs = new ArrayList<>();

  @Mixin private final DeviceOption device = new DeviceOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description = "Write each output to DIR/NAME.npy.")
  private @Nullable Path output;

  @Option(
      names = "--verify",
      description = "Compare every output with the reference interpreter's; exit 1 on a mismatch.")
  private boolean verify;

  @Option(names = "--top", paramLabel = "N", description = "Print the N largest values' indices.")
  private int top;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Names of the classes for --top, one a line.")
  private @Nullable Path labels;

  @Mixin private final PictureOptions pictures = new PictureOptions();

  @Option(
      names = "--postprocess",
      paramLabel = "HOW",
      defaultValue = "none",
      description =
          "Of outputs that --top prints: none, or softmax, which makes scores probabilities;"
              + " default ${DEFAULT-VALUE}.")
  private Postprocess postprocess = Postprocess.NONE;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Measure N times, after a first run that does not count.")
  private int repeat;

  @Option(
      names = "--number",
      paramLabel = "M",
      defaultValue = "1",
      description = "Each measurement is the mean of M runs; default ${DEFAULT-VALUE}.")
  private int number = 1;

  @Option(names = "--profile", description = "Print the device time of every kernel.")
  private boolean profile;

  @Option(names = "--seed", paramLabel = "S", description = "Of random inputs; default 0.")
  private long seed;

  @Option(
      names = "--size",
      paramLabel = "NAME=N",
      description = "The value of a symbolic dimension of random inputs.")
  private Map<String, Long> sizes = new LinkedHashMap<>();

  @Option(
      names = "--records",
      paramLabel = "FILE",
      description = "Use these tuning records (not possible yet).")
  private @Nullable Path records;

  @Mixin private final PassOptions passes = new PassOptions();

  RunCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    checkUsage();
    CompileOptions options = passes.with(VerboseTrace.of(console(), CompileTrace.NONE));
    long start = System.nanoTime();
    ImportedModel imported = Weft.isCompiled(file) ? null : Weft.load(file);
    Signature signature = imported == null ? Weft.signature(file) : imported.signature();
    long loaded = System.nanoTime();
    console().debug("read " + file + " in " + Figures.time(loaded - start));
    List<String> names = labels == null ? List.of() : Labels.read(labels);
    try (ModelInputs values =
            ModelInputs.of(signature, inputs, sizes, pictures.reader(), new RandomTensors(seed));
        Model model =
            imported == null
                ? Weft.open(file, device.name())
                : imported.compile(device.name(), options)) {
      long compiled = System.nanoTime();
      figures.put("model", file.toString()).put("device", model.device().info().name());
      figures.put("import_ms", (loaded - start) / 1e6);
      console().debug("compiled and loaded in " + Figures.time(compiled - loaded));
      receipt(model.receipt(), figures);
      Map<String, Tensor> results = model.run(values.tensors());
      try {
        figures.put("compile_ms", (compiled - loaded) / 1e6);
        figures.put("first_run_ms", (System.nanoTime() - compiled) / 1e6);
        Map<String, ObjectNode> json = printOutputs(results, names, figures);
        boolean right =
            !verify || imported == null || verify(imported, values.tensors(), results, json);
        if (output != null) {
          writeOutputs(output, results, json);
        }
        if (repeat > 0) {
          time(model, values.tensors(), figures);
        }
        if (profile) {
          profile(model, values.tensors(), figures);
        }
        return right;
      } finally {
        results.values().forEach(Tensor::close);
      }
    }
  }

  /** What runs where: with {@code -v}, and in the figures. */
  private void receipt(Receipt receipt, ObjectNode figures) {
    ArrayNode json = figures.putArray("receipt");
    for (Receipt.Entry entry : receipt.entries()) {
      console().debug("runs on " + entry);
      ObjectNode node = json.addObject();
      node.put("what", entry.what()).put("where", entry.where()).put("calls", entry.calls());
      if (!entry.attributes().isEmpty()) {
        ObjectNode attributes = node.putObject("attributes");
        entry.attributes().forEach(attributes::put);
      }
    }
  }

  private void checkUsage() {
    if (top < 0 || repeat < 0 || number < 1) {
      throw usage("--top and --repeat can't be negative, --number is at least 1");
    }
    if (postprocess != Postprocess.NONE && top == 0) {
      throw usage("--postprocess needs --top");
    }
    if (labels != null && top == 0) {
      throw usage("--labels needs --top");
    }
    if (Weft.isCompiled(file) && (verify || passes.areGiven())) {
      throw usage(
          "a .weft file is compiled already: --verify and how to compile are for an .onnx file");
    }
    if (records != null) {
      throw new InputException(
          "tuning records can't be used yet", records.toString(), "leave --records out");
    }
  }

  private Map<String, ObjectNode> printOutputs(
      Map<String, Tensor> results, List<String> names, ObjectNode figures) {
    Map<String, ObjectNode> json = new LinkedHashMap<>();
    ArrayNode outputs = figures.putArray("outputs");
    results.forEach(
        (name, tensor) -> {
          ObjectNode node = outputs.addObject();
          json.put(name, node);
          node.put("name", name).put("dtype", tensor.dtype().toString());
          ArrayNode shape = node.putArray("shape");
          for (long dim : tensor.shape()) {
            shape.add(dim);
          }
          if (top > 0) {
            printTop(name, tensor, names, node.putArray("top"));
          } else {
            console().print(name + ": " + tensor + " " + summary(tensor));
          }
        });
    return json;
  }

  private void printTop(String name, Tensor tensor, List<String> names, ArrayNode json) {
    List<TopScores.Score> scores = TopScores.of(tensor, top, postprocess);
    boolean rows = scores.stream().anyMatch(score -> score.row() > 0);
    for (TopScores.Score score : scores) {
      String label = score.index() < names.size() ? names.get(score.index()) : "";
      ObjectNode node = json.addObject().put("index", score.index()).put("score", score.score());
      if (!label.isEmpty()) {
        node.put("label", label);
      }
      if (rows) {
        node.put("row", score.row());
      }
      if (postprocess == Postprocess.SOFTMAX) {
        console()
            .printf(
                "class='%s' with probability=%.6f",
                label.isEmpty() ? Integer.toString(score.index()) : label, score.score());
        continue;
      }
      console()
          .printf(
              "%s%s: %d  %s%s",
              name,
              rows ? "[" + score.row() + "]" : "",
              score.index(),
              Figures.three(score.score()),
              label.isEmpty() ? "" : "  " + label);
    }
  }

  private static String summary(Tensor tensor) {
    long elements = tensor.elements();
    if (elements == 0) {
      return "(empty)";
    }
    if (elements <= PRINTED_ELEMENTS) {
      List<String> values = new ArrayList<>();
      for (long i = 0; i < elements; i++) {
        boolean floating = tensor.dtype().isFloat();
        values.add(floating ? "" + (float) tensor.getDouble(i) : "" + tensor.getLong(i));
      }
      return values.toString();
    }
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (long i = 0; i < elements; i++) {
      double value = tensor.getDouble(i);
      min = Math.min(min, value);
      max = Math.max(max, value);
      sum += value;
    }
    return "from " + (float) min + " to " + (float) max + ", mean " + (float) (sum / elements);
  }

  private boolean verify(
      ImportedModel imported,
      Map<String, Tensor> values,
      Map<String, Tensor> results,
      Map<String, ObjectNode> json) {
    String firstWrong = "";
    try (Verification reference = Verification.of(imported.graph(), imported.functions())) {
      for (Map.Entry<String, TensorComparison> entry :
          reference.check(values, results).entrySet()) {
        TensorComparison comparison = entry.getValue();
        console().print("verify " + entry.getKey() + ": " + comparison.report());
        ObjectNode node = json.get(entry.getKey());
        if (node != null) {
          node.putObject("verify")
              .put("agrees", comparison.agrees())
              .put("elements", comparison.elements())
              .put("mismatches", comparison.mismatches())
              .put("max_absolute", comparison.maxAbsolute())
              .put("max_relative", comparison.maxRelative());
        }
        if (!comparison.agrees() && firstWrong.isEmpty()) {
          firstWrong = "output '" + entry.getKey() + "': " + comparison.report();
        }
      }
    }
    if (!firstWrong.isEmpty()) {
      console().fail("not what the reference interpreter works out: " + firstWrong);
    }
    return firstWrong.isEmpty();
  }

  private void writeOutputs(
      Path folder, Map<String, Tensor> results, Map<String, ObjectNode> json) {
    OutputFiles files = OutputFiles.in(folder);
    results.forEach(
        (name, tensor) -> {
          Path written = files.writeTensor(name, tensor);
          console().print("wrote " + written);
          ObjectNode node = json.get(name);
          if (node != null) {
            node.put("file", written.toString());
          }
        });
  }

  private void time(Model model, Map<String, Tensor> values, ObjectNode figures) {
    double[] nanos = new double[repeat];
    try (Progress progress = console().progress("measuring", repeat)) {
      for (int i = 0; i < repeat; i++) {
        long start = System.nanoTime();
        for (int j = 0; j < number; j++) {
          model.run(values).values().forEach(Tensor::close);
        }
        nanos[i] = (double) (System.nanoTime() - start) / number;
        progress.step();
      }
    }
    Samples samples = new Samples(nanos);
    figures.set("time", samples.toJson().put("number", number));
    console()
        .printf(
            "time of a run with its transfers: mean %s, median %s, stddev %s (%d x %d runs)",
            Figures.time(samples.mean()),
            Figures.time(samples.median()),
            Figures.time(samples.standardDeviation()),
            repeat,
            number);
  }

  private void profile(Model model, Map<String, Tensor> values, ObjectNode figures) {
    ExecutionProfile times = new ExecutionProfile();
    model.run(values, times).values().forEach(Tensor::close);
    double total = Math.max(1, times.totalNanos());
    TextTable table =
        new TextTable(
            TextTable.Align.RIGHT,
            TextTable.Align.RIGHT,
            TextTable.Align.RIGHT,
            TextTable.Align.LEFT);
    table.row("count", "time", "share", "command");
    ArrayNode json = figures.putArray("profile");
    for (ExecutionProfile.Total each : times.totals()) {
      String kind = each.kind().name().toLowerCase(java.util.Locale.ROOT);
      json.addObject()
          .put("kind", kind)
          .put("name", each.name())
          .put("count", each.count())
          .put("ms", each.nanos() / 1e6);
      table.row(
          Long.toString(each.count()),
          Figures.time(each.nanos()),
          Figures.three(100 * each.nanos() / total) + "%",
          kind + " " + each.name());
    }
    console().print("profile (time on the device, of libraries on the host):");
    table.lines().forEach(console()::print);
  }
}
