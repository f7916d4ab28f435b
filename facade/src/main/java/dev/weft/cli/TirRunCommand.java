package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.base.Tolerance;
import dev.weft.compiler.CompiledFunction;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft tir run}. */
@Command(
    name = "run",
    description = {
      "Runs TVMScript functions on random inputs and compares with the interpreter.",
      "",
      "Every buffer that a function leaves behind must agree; exit status 1 if one doesn't.",
      "",
      "On the device simt, the SIMT interpreter, data races, accesses out of bounds and the like",
      "fail the run, with the line of the kernel; instructions, memory transactions and bank",
      "conflicts are counted and printed."
    },
    footer = {
      "",
      "Examples:",
      "  weft tir run matmul.py --device opencl:0",
      "  weft tir run matmul.py --device simt"
    })
final class TirRunCommand extends Action {
  @Parameters(index = "0", paramLabel = "FILE", description = "A Python file of TVMScript.")
  private Path file = Path.of("");

  @Mixin private final DeviceOption device = new DeviceOption();

  @Option(names = "--seed", paramLabel = "S", description = "Of the inputs; default 0.")
  private long seed;

  @Option(
      names = "--size",
      paramLabel = "NAME=N",
      description = "The value of a symbolic dimension or an integer parameter.")
  private Map<String, Long> sizes = new LinkedHashMap<>();

  TirRunCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    IRModule module = ScriptFile.read(file);
    RandomTensors random = new RandomTensors(seed);
    boolean right = true;
    ObjectNode functions = figures.putObject("functions");
    try (Device opened = Devices.installed().open(device.name())) {
      figures.put("device", opened.info().name());
      for (Map.Entry<String, PrimFunc> entry : module.functions().entrySet()) {
        ObjectNode json = functions.putObject(entry.getKey());
        right &= run(entry.getKey(), entry.getValue(), random, opened, json);
      }
    }
    return right;
  }

  private boolean run(
      String name, PrimFunc function, RandomTensors random, Device opened, ObjectNode json) {
    List<Tensor> actual = new ArrayList<>();
    List<Tensor> expected = new ArrayList<>();
    List<Object> arguments = new ArrayList<>();
    Map<String, Long> scalars = new LinkedHashMap<>();
    try {
      for (Var param : function.params()) {
        Buffer buffer = function.bufferMap().get(param);
        if (buffer == null) {
          long value = scalar(param, name);
          scalars.put(param.name(), value);
          arguments.add(value);
          continue;
        }
        Tensor tensor = random.next(buffer.dtype(), shape(buffer, name));
        actual.add(tensor);
        expected.add(tensor.copy());
        arguments.add(expected.getLast());
      }
      try (CompiledFunction compiled = CompiledFunction.compile(function, opened)) {
        counters(name, compiled.run(actual, scalars), json);
      }
      Interpreter.run(function, arguments);
      return compare(name, function, actual, expected, json);
    } finally {
      actual.forEach(Tensor::close);
      expected.forEach(Tensor::close);
    }
  }

  /**
   * What each launch counted, where the device counts anything; zeros are left out of the table.
   */
  private void counters(String name, List<Map<String, Long>> launches, ObjectNode json) {
    if (launches.stream().allMatch(Map::isEmpty)) {
      return;
    }
    ArrayNode all = json.putArray("launches");
    for (int i = 0; i < launches.size(); i++) {
      ObjectNode figures = all.addObject();
      launches.get(i).forEach(figures::put);
      console().print(name + ", launch " + i + ":");
      TextTable table = new TextTable(TextTable.Align.LEFT, TextTable.Align.RIGHT);
      launches
          .get(i)
          .forEach(
              (figure, count) -> {
                if (count != 0) {
                  table.row(figure.replace('_', ' ').replace('.', ' '), count.toString());
                }
              });
      table.lines().forEach(console()::print);
    }
  }

  private long[] shape(Buffer buffer, String function) {
    return buffer.shape().stream().mapToLong(dim -> size(dim, buffer, function)).toArray();
  }

  private long size(Expr dim, Buffer buffer, String function) {
    if (dim instanceof Expr.IntImm imm) {
      return imm.value();
    }
    Long size = dim instanceof Var symbol ? sizes.get(symbol.name()) : null;
    if (size == null) {
      throw new InputException(
          "the size " + dim + " of buffer '" + buffer.name() + "' is open",
          file + ", function " + function,
          "give --size " + dim + "=N");
    }
    return size;
  }

  private long scalar(Var param, String function) {
    if (!param.dtype().isInt()) {
      throw new InputException(
          "parameter '" + param.name() + "' is a scalar of type " + param.dtype(),
          file + ", function " + function,
          "pass it in a buffer of one element; only integers can be given");
    }
    Long value = sizes.get(param.name());
    if (value == null) {
      throw new InputException(
          "the integer parameter '" + param.name() + "' has no value",
          file + ", function " + function,
          "give --size " + param.name() + "=N");
    }
    return value;
  }

  private boolean compare(
      String name, PrimFunc function, List<Tensor> actual, List<Tensor> expected, ObjectNode json) {
    boolean right = true;
    for (int i = 0; i < actual.size(); i++) {
      String buffer = function.paramBuffers().get(i).name();
      Tensor reference = expected.get(i);
      TensorComparison comparison =
          TensorComparison.of(actual.get(i), reference, tolerance(function, reference));
      console().print(name + ", " + buffer + ": " + comparison.report());
      json.putObject(buffer)
          .put("agrees", comparison.agrees())
          .put("max_absolute", comparison.maxAbsolute());
      if (!comparison.agrees()) {
        right = false;
        console().fail(name + ", buffer " + buffer + ": " + comparison.report());
      }
    }
    return right;
  }

  /** No element is a longer sum than the operations that there are for each element. */
  private static Tolerance tolerance(PrimFunc function, Tensor reference) {
    DType dtype = reference.dtype();
    double perElement = FlopCount.of(function) / Math.max(1, reference.elements());
    long length = Math.max(1, (long) perElement);
    return Tolerance.of(dtype, length, TensorComparison.magnitude(reference));
  }
}
