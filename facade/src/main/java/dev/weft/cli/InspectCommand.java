package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Weft;
import dev.weft.frontend.UnsupportedNode;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.plan.Receipt;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft inspect}: what a model takes, gives, consists of and costs. */
@Command(
    name = "inspect",
    description = {
      "Prints what a model takes, gives, consists of and costs.",
      "",
      "Inputs, outputs, parameters, floating-point operations, peak memory, operators; where nodes",
      "are not supported, all of them (and exit status 1)."
    },
    footer = {"", "Example:", "  weft inspect model.onnx --json model.json"})
final class InspectCommand extends Action {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model, an .onnx file or a compiled .weft file.")
  private Path file = Path.of("");

  InspectCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    figures.put("model", file.toString());
    if (Weft.isCompiled(file)) {
      try (Artifact artifact = Artifact.read(file)) {
        compiled(artifact, figures);
      }
      return true;
    }
    ImportedModel model;
    try {
      model = Weft.load(file);
    } catch (UnsupportedOperatorsException e) {
      unsupported(e.nodes(), figures);
      return false;
    }
    tensors("input", model.signature().inputs(), figures.putArray("inputs"));
    tensors("output", model.signature().outputs(), figures.putArray("outputs"));
    boolean symbolic =
        model.signature().inputs().stream().anyMatch(input -> !input.shape().isStatic());
    String ones = symbolic ? " (with every symbolic size as 1)" : "";
    ModelFigures cost = ModelFigures.of(model);
    console()
        .printf(
            "parameters: %selements, %s",
            Figures.count(cost.parameters()), Figures.bytes(cost.parameterBytes()));
    console().printf("operations: %sFLOP a run%s", Figures.count(cost.flops()), ones);
    console().printf("peak memory: %s%s", Figures.bytes(cost.peakBytes()), ones);
    console().print("operators:");
    TextTable table = new TextTable(TextTable.Align.RIGHT, TextTable.Align.LEFT);
    ObjectNode operators = figures.putObject("operators");
    cost.operators()
        .forEach(
            (name, count) -> {
              table.row(count.toString(), name);
              operators.put(name, count);
            });
    table.lines().forEach(console()::print);
    figures.put("parameters", cost.parameters()).put("parameter_bytes", cost.parameterBytes());
    figures.put("flops", cost.flops()).put("peak_bytes", cost.peakBytes());
    figures.putArray("unsupported");
    return true;
  }

  /** What a compiled model holds: its tensors, its weights, and what runs on each target. */
  private void compiled(Artifact artifact, ObjectNode figures) {
    tensors("input", artifact.signature().inputs(), figures.putArray("inputs"));
    tensors("output", artifact.signature().outputs(), figures.putArray("outputs"));
    long weights = 0;
    for (String name : artifact.weights().names()) {
      weights += artifact.weights().get(name).bytes();
    }
    console().printf("parameters: %s", Figures.bytes(weights));
    figures.put("parameter_bytes", weights);
    ArrayNode targets = figures.putArray("targets");
    for (Artifact.Variant variant : artifact.variants()) {
      ObjectNode json = targets.addObject().put("target", variant.target());
      String formats =
          variant.programs().stream()
              .map(program -> EmitKind.text(program.format()))
              .collect(Collectors.joining(", "));
      List<Receipt.Entry> calls = Receipt.of(variant.plan(), variant.target()).entries();
      json.put("format", formats).put("calls", calls.size());
      console()
          .printf(
              "target %s: %s, %d kernels and functions", variant.target(), formats, calls.size());
      ArrayNode receipt = json.putArray("receipt");
      for (Receipt.Entry entry : calls) {
        console().print("  " + entry);
        receipt.addObject().put("what", entry.what()).put("where", entry.where());
      }
    }
  }

  private void tensors(String what, List<TensorSpec> tensors, ArrayNode json) {
    for (TensorSpec tensor : tensors) {
      console().print(what + " " + tensor.name() + ": " + tensor.dtype() + " " + tensor.shape());
      ObjectNode node = json.addObject();
      node.put("name", tensor.name()).put("dtype", tensor.dtype().toString());
      ArrayNode shape = node.putArray("shape");
      tensor.shape().dims().forEach(dim -> shape.add(dim.toString()));
    }
  }

  private void unsupported(List<UnsupportedNode> nodes, ObjectNode figures) {
    console().print("not supported:");
    ArrayNode json = figures.putArray("unsupported");
    for (UnsupportedNode node : nodes) {
      console().print("  " + node);
      json.addObject()
          .put("node", node.node())
          .put("op", node.op())
          .put("opset", node.opset())
          .put("reason", node.reason());
    }
  }
}
