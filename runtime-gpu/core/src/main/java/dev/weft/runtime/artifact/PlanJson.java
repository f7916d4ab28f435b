package dev.weft.runtime.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.runtime.plan.Carried;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/** The JSON form of launch plans. Sizes and dtypes are their text forms. */
final class PlanJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private PlanJson() {}

  static ObjectNode write(LaunchPlan plan) {
    ObjectNode node = JSON.objectNode();
    node.set("inputs", list(plan.inputs(), PlanJson::tensor));
    node.set("constants", list(plan.constants(), PlanJson::tensor));
    node.set(
        "pools",
        list(
            plan.pools(),
            pool ->
                JSON.objectNode().put("name", pool.name()).put("bytes", pool.bytes().toString())));
    node.set("body", list(plan.body(), PlanJson::instruction));
    node.set(
        "outputs",
        list(plan.outputs(), output -> tensor(output.tensor()).put("buffer", output.buffer())));
    return node;
  }

  static LaunchPlan read(JsonFields fields) {
    return new LaunchPlan(
        fields.objects("inputs", PlanJson::tensor),
        fields.objects("constants", PlanJson::tensor),
        fields.objects("pools", pool -> new MemoryPool(pool.text("name"), pool.size("bytes"))),
        fields.objects("body", PlanJson::instruction),
        fields.objects("outputs", out -> new PlanOutput(tensor(out), out.text("buffer"))));
  }

  private static <T> ArrayNode list(List<T> values, Function<T, ObjectNode> writer) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(value -> array.add(writer.apply(value)));
    return array;
  }

  private static ArrayNode texts(List<?> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(value -> array.add(value.toString()));
    return array;
  }

  static ObjectNode tensor(TensorSpec tensor) {
    ObjectNode node = JSON.objectNode();
    node.put("name", tensor.name());
    node.put("dtype", tensor.dtype().toString());
    node.set("shape", texts(tensor.shape().dims()));
    return node;
  }

  static TensorSpec tensor(JsonFields fields) {
    return new TensorSpec(
        fields.text("name"), fields.dtype("dtype"), new Shape(fields.sizes("shape")));
  }

  private static ObjectNode instruction(Instruction instruction) {
    ObjectNode node = JSON.objectNode();
    switch (instruction) {
      case Instruction.Allocate(TensorSpec tensor, Storage storage) -> {
        node.put("op", "allocate");
        node.setAll(tensor(tensor));
        if (storage instanceof Storage.Pooled(String pool, IntExpr offset)) {
          node.put("pool", pool).put("offset", offset.toString());
        }
      }
      case Instruction.Launch(String kernel, var arguments, LaunchGeometry geometry) -> {
        node.put("op", "launch").put("kernel", kernel);
        node.set("arguments", list(arguments, PlanJson::argument));
        node.set("grid", texts(geometry.grid()));
        node.set("block", texts(geometry.block()));
        node.put("shared", geometry.sharedBytes().toString());
      }
      case Instruction.Copy copy ->
          node.put("op", "copy")
              .put("source", copy.source())
              .put("sourceOffset", copy.sourceOffset().toString())
              .put("target", copy.target())
              .put("targetOffset", copy.targetOffset().toString())
              .put("bytes", copy.bytes().toString());
      case Instruction.ShapeCompute(String size, HostValue value) -> {
        node.put("op", "size").put("name", size);
        node.set("value", value(value));
      }
      case Instruction.Check(IntExpr condition, String otherwise, String where) ->
          node.put("op", "check")
              .put("condition", condition.toString())
              .put("otherwise", otherwise)
              .put("where", where);
      case Instruction.Alias(String buffer, String source, Shape shape) -> {
        node.put("op", shape == null ? "alias" : "view");
        node.put("buffer", buffer).put("source", source);
        if (shape != null) {
          node.set("shape", texts(shape.dims()));
        }
      }
      case Instruction.BeginStack(String stack, DType dtype, IntExpr expected) ->
          node.put("op", "stack")
              .put("stack", stack)
              .put("dtype", dtype.toString())
              .put("expected", expected.toString());
      case Instruction.Push(String stack, String buffer) ->
          node.put("op", "push").put("stack", stack).put("buffer", buffer);
      case Instruction.EndStack(String stack, TensorSpec result) -> {
        node.put("op", "stacked").put("stack", stack);
        node.setAll(tensor(result));
      }
      case Instruction.Branch(HostValue condition, var then, var otherwise) -> {
        node.put("op", "branch");
        node.set("condition", value(condition));
        node.set("then", list(then, PlanJson::instruction));
        node.set("else", list(otherwise, PlanJson::instruction));
      }
      case Instruction.Loop loop -> {
        node.put("op", "loop").put("index", loop.index()).put("trips", loop.trips().toString());
        node.set("condition", value(loop.condition()));
        node.set("carried", list(loop.carried(), PlanJson::carried));
        node.set("body", list(loop.body(), PlanJson::instruction));
      }
      case Instruction.ExternalCall call -> {
        node.put("op", "call").put("function", call.function());
        node.set("inputs", list(call.inputs(), PlanJson::tensor));
        node.set("outputs", list(call.outputs(), PlanJson::tensor));
        ObjectNode attributes = node.putObject("attributes");
        new TreeMap<>(call.attributes()).forEach(attributes::put);
      }
      case Instruction.Free(String buffer) -> node.put("op", "free").put("buffer", buffer);
    }
    return node;
  }

  private static Instruction instruction(JsonFields fields) {
    return switch (fields.text("op")) {
      case "allocate" ->
          new Instruction.Allocate(
              tensor(fields),
              fields.has("pool")
                  ? new Storage.Pooled(fields.text("pool"), fields.size("offset"))
                  : new Storage.Owned());
      case "launch" ->
          new Instruction.Launch(
              fields.text("kernel"),
              fields.objects("arguments", PlanJson::argument),
              geometry(fields));
      case "copy" ->
          new Instruction.Copy(
              fields.text("source"),
              fields.size("sourceOffset"),
              fields.text("target"),
              fields.size("targetOffset"),
              fields.size("bytes"));
      case "size" ->
          new Instruction.ShapeCompute(fields.text("name"), value(fields.object("value")));
      case "check" ->
          new Instruction.Check(
              fields.size("condition"), fields.text("otherwise"), fields.text("where"));
      case "alias" -> new Instruction.Alias(fields.text("buffer"), fields.text("source"));
      case "view" ->
          new Instruction.Alias(
              fields.text("buffer"), fields.text("source"), new Shape(fields.sizes("shape")));
      case "stack" ->
          new Instruction.BeginStack(
              fields.text("stack"), fields.dtype("dtype"), fields.size("expected"));
      case "push" -> new Instruction.Push(fields.text("stack"), fields.text("buffer"));
      case "stacked" -> new Instruction.EndStack(fields.text("stack"), tensor(fields));
      case "branch" ->
          new Instruction.Branch(
              value(fields.object("condition")),
              fields.objects("then", PlanJson::instruction),
              fields.objects("else", PlanJson::instruction));
      case "loop" ->
          new Instruction.Loop(
              fields.text("index"),
              fields.size("trips"),
              value(fields.object("condition")),
              fields.objects("carried", PlanJson::carried),
              fields.objects("body", PlanJson::instruction));
      case "call" ->
          new Instruction.ExternalCall(
              fields.text("function"),
              fields.objects("inputs", PlanJson::tensor),
              fields.objects("outputs", PlanJson::tensor),
              fields.textMap("attributes"));
      case "free" -> new Instruction.Free(fields.text("buffer"));
      default -> throw fields.damaged("there is no instruction '" + fields.text("op") + "'");
    };
  }

  private static LaunchGeometry geometry(JsonFields fields) {
    List<IntExpr> grid = fields.sizes("grid");
    List<IntExpr> block = fields.sizes("block");
    if (grid.size() != 3 || block.size() != 3) {
      throw fields.damaged("grid and block must have 3 extents");
    }
    return new LaunchGeometry(grid, block, fields.size("shared"));
  }

  private static ObjectNode argument(PlanArgument argument) {
    return switch (argument) {
      case PlanArgument.Buffer(String name) -> JSON.objectNode().put("buffer", name);
      case PlanArgument.Size(IntExpr value) -> JSON.objectNode().put("size", value.toString());
      case PlanArgument.Real(double value) -> JSON.objectNode().put("real", Double.toString(value));
    };
  }

  private static PlanArgument argument(JsonFields fields) {
    if (fields.has("buffer")) {
      return new PlanArgument.Buffer(fields.text("buffer"));
    }
    return fields.has("size")
        ? new PlanArgument.Size(fields.size("size"))
        : new PlanArgument.Real(fields.real("real"));
  }

  private static ObjectNode value(HostValue value) {
    return switch (value) {
      case HostValue.Expression(IntExpr expression) ->
          JSON.objectNode().put("size", expression.toString());
      case HostValue.Element(String buffer, IntExpr index) ->
          JSON.objectNode().put("buffer", buffer).put("index", index.toString());
      case HostValue.Dimension(String buffer, int axis) ->
          JSON.objectNode().put("buffer", buffer).put("axis", Integer.toString(axis));
    };
  }

  private static HostValue value(JsonFields fields) {
    if (fields.has("size")) {
      return new HostValue.Expression(fields.size("size"));
    }
    if (fields.has("axis")) {
      if (!(fields.size("axis") instanceof IntExpr.Const(long axis))
          || axis < 0
          || axis > Integer.MAX_VALUE) {
        throw fields.damaged("an axis must be a number");
      }
      return new HostValue.Dimension(fields.text("buffer"), (int) axis);
    }
    return new HostValue.Element(fields.text("buffer"), fields.size("index"));
  }

  private static ObjectNode carried(Carried carried) {
    return switch (carried) {
      case Carried.Buffer(String name, String initial, String next) ->
          JSON.objectNode().put("buffer", name).put("initial", initial).put("next", next);
      case Carried.Size(String name, IntExpr initial, IntExpr next) ->
          JSON.objectNode()
              .put("size", name)
              .put("initial", initial.toString())
              .put("next", next.toString());
    };
  }

  private static Carried carried(JsonFields fields) {
    return fields.has("buffer")
        ? new Carried.Buffer(fields.text("buffer"), fields.text("initial"), fields.text("next"))
        : new Carried.Size(fields.text("size"), fields.size("initial"), fields.size("next"));
  }
}
