package dev.weft.tir.schedule.trace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Index maps as the object graphs that TVM puts into traces. */
final class IndexMapJson {
  private static final Map<String, BinaryOp> OPERATORS =
      Map.ofEntries(
          Map.entry("tir.Add", BinaryOp.ADD),
          Map.entry("tir.Sub", BinaryOp.SUB),
          Map.entry("tir.Mul", BinaryOp.MUL),
          Map.entry("tir.Div", BinaryOp.DIV),
          Map.entry("tir.Mod", BinaryOp.MOD),
          Map.entry("tir.FloorDiv", BinaryOp.FLOOR_DIV),
          Map.entry("tir.FloorMod", BinaryOp.FLOOR_MOD),
          Map.entry("tir.Min", BinaryOp.MIN),
          Map.entry("tir.Max", BinaryOp.MAX),
          Map.entry("tir.EQ", BinaryOp.EQ),
          Map.entry("tir.NE", BinaryOp.NE),
          Map.entry("tir.LT", BinaryOp.LT),
          Map.entry("tir.LE", BinaryOp.LE),
          Map.entry("tir.GT", BinaryOp.GT),
          Map.entry("tir.GE", BinaryOp.GE),
          Map.entry("tir.And", BinaryOp.AND),
          Map.entry("tir.Or", BinaryOp.OR));

  private IndexMapJson() {}

  static IndexMap read(JsonNode graph) {
    return new Reader(graph).map();
  }

  static String write(IndexMap map) {
    return new Writer().graph(map);
  }

  private static final class Reader {
    private final JsonNode nodes;
    private final int root;
    private final Map<Integer, Expr> exprs = new HashMap<>();
    private final Map<Integer, Buffer> buffers = new HashMap<>();

    Reader(JsonNode graph) {
      this.nodes = graph.path("nodes");
      this.root = graph.path("root").asInt();
    }

    IndexMap map() {
      JsonNode map = node(root, "tir.IndexMap");
      List<Var> inputs = new ArrayList<>();
      for (int index : array(attr(map, "initial_indices"))) {
        if (expr(index) instanceof Var v) {
          inputs.add(v);
        }
      }
      List<Expr> outputs = new ArrayList<>();
      for (int index : array(attr(map, "final_indices"))) {
        outputs.add(expr(index));
      }
      return new IndexMap(inputs, outputs);
    }

    private JsonNode node(int index, String type) {
      JsonNode node = nodes.path(index);
      String found = node.path("type_key").asText();
      if (!found.equals(type)) {
        throw new InputException(
            "node " + index + " should be a " + type + ", is a '" + found + "'", "index map", "");
      }
      return node;
    }

    private int attr(JsonNode node, String name) {
      return Integer.parseInt(text(node, name));
    }

    private String text(JsonNode node, String name) {
      JsonNode value = node.path("attrs").path(name);
      if (value.isMissingNode()) {
        throw new InputException("a node has no attribute '" + name + "'", "index map", "");
      }
      return value.asText();
    }

    private List<Integer> array(int index) {
      List<Integer> result = new ArrayList<>();
      node(index, "Array").path("data").forEach(element -> result.add(element.asInt()));
      return result;
    }

    private String string(int index) {
      JsonNode node = node(index, "runtime.String");
      return node.path("repr_str").asText();
    }

    private Expr expr(int index) {
      Expr known = exprs.get(index);
      if (known == null) {
        known = build(nodes.path(index));
        exprs.put(index, known);
      }
      return known;
    }

    private Expr build(JsonNode node) {
      String type = node.path("type_key").asText();
      return switch (type) {
        case "tir.Var", "tir.SizeVar" ->
            Var.of(string(attr(node, "name")), DType.parse(text(node, "dtype")));
        case "IntImm" ->
            new Expr.IntImm(DType.parse(text(node, "dtype")), Long.parseLong(text(node, "value")));
        case "FloatImm" ->
            new Expr.FloatImm(
                DType.parse(text(node, "dtype")), Double.parseDouble(text(node, "value")));
        case "tir.Cast" ->
            new Expr.Cast(DType.parse(text(node, "dtype")), expr(attr(node, "value")));
        case "tir.BufferLoad" ->
            new Expr.Load(
                buffer(attr(node, "buffer")),
                array(attr(node, "indices")).stream().map(this::expr).toList());
        case "tir.Call" -> call(node);
        case "tir.Not" -> new Expr.Not(expr(attr(node, "a")));
        case "tir.Select" ->
            new Expr.Select(
                expr(attr(node, "condition")),
                expr(attr(node, "true_value")),
                expr(attr(node, "false_value")));
        default -> {
          BinaryOp op = OPERATORS.get(type);
          if (op == null) {
            throw new InputException(
                "expressions of type '" + type + "' can't be read", "index map", "");
          }
          yield new Expr.Binary(op, expr(attr(node, "a")), expr(attr(node, "b")));
        }
      };
    }

    private Expr call(JsonNode node) {
      String op = node(attr(node, "op"), "Op").path("repr_str").asText();
      Intrinsic intrinsic = op.startsWith("tir.") ? Intrinsic.byName(op.substring(4)) : null;
      if (intrinsic == null) {
        throw new InputException("calls of '" + op + "' can't be read", "index map", "");
      }
      return new Expr.Call(
          DType.parse(text(node, "dtype")),
          intrinsic,
          array(attr(node, "args")).stream().map(this::expr).toList());
    }

    private Buffer buffer(int index) {
      return buffers.computeIfAbsent(
          index,
          i -> {
            JsonNode node = node(i, "tir.Buffer");
            List<Expr> shape = array(attr(node, "shape")).stream().map(this::expr).toList();
            return Buffer.of(
                string(attr(node, "name")), DType.parse(text(node, "dtype")), Scope.GLOBAL, shape);
          });
    }
  }

  private static final class Writer {
    private final ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
    private final Map<Expr, Integer> exprs = new IdentityHashMap<>();

    String graph(IndexMap map) {
      nodes.addObject().put("type_key", "");
      ObjectNode attrs = node("tir.IndexMap");
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      result.put("root", nodes.size() - 1);
      int inputs = array(map.inputs());
      int outputs = array(map.outputs());
      attrs.put("final_indices", Integer.toString(outputs));
      attrs.put("initial_indices", Integer.toString(inputs));
      attrs.put("inverse_index_map", "0");
      result.set("nodes", nodes);
      result.putArray("b64ndarrays");
      result.putObject("attrs").put("tvm_version", "0.18.0");
      return result.toString();
    }

    private int buffer(Buffer buffer) {
      ObjectNode attrs = node("tir.Buffer");
      int index = nodes.size() - 1;
      attrs.put("name", Integer.toString(text("runtime.String", buffer.name())));
      attrs.put("dtype", buffer.dtype().toString());
      attrs.put("shape", Integer.toString(array(buffer.shape())));
      attrs.put("strides", Integer.toString(array(buffer.strides())));
      attrs.put("axis_separators", Integer.toString(array(List.of())));
      attrs.put("elem_offset", reference(buffer.elemOffset()));
      attrs.put("data", reference(buffer.data()));
      attrs.put("buffer_type", "1");
      attrs.put("data_alignment", Integer.toString(buffer.alignment()));
      attrs.put("offset_factor", Integer.toString(buffer.offsetFactor()));
      attrs.put("span", "0");
      return index;
    }

    private ObjectNode node(String type) {
      return nodes.addObject().put("type_key", type).putObject("attrs");
    }

    private int array(List<? extends Expr> values) {
      ObjectNode array = nodes.addObject().put("type_key", "Array");
      int index = nodes.size() - 1;
      ArrayNode data = JsonNodeFactory.instance.arrayNode();
      values.forEach(value -> data.add(expr(value)));
      array.set("data", data);
      return index;
    }

    private String reference(Expr e) {
      return Integer.toString(expr(e));
    }

    private int expr(Expr e) {
      Integer known = exprs.get(e);
      if (known != null) {
        return known;
      }
      int index = build(e);
      exprs.put(e, index);
      return index;
    }

    private int text(String type, String text) {
      nodes.addObject().put("type_key", type).put("repr_str", text);
      return nodes.size() - 1;
    }

    private int build(Expr e) {
      String type =
          switch (e) {
            case Var v -> "tir.Var";
            case Expr.IntImm i -> "IntImm";
            case Expr.FloatImm f -> "FloatImm";
            case Expr.Cast c -> "tir.Cast";
            case Expr.Not n -> "tir.Not";
            case Expr.Select n -> "tir.Select";
            case Expr.Load n -> "tir.BufferLoad";
            case Expr.Call c -> "tir.Call";
            case Expr.Binary b ->
                OPERATORS.entrySet().stream()
                    .filter(entry -> entry.getValue() == b.op())
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow();
            default ->
                throw new IllegalArgumentException(
                    "an index map in a trace can't hold " + e.getClass().getSimpleName());
          };
      ObjectNode attrs = node(type);
      int index = nodes.size() - 1;
      attrs.put("dtype", e.dtype().toString());
      attrs.put("span", "0");
      switch (e) {
        case Var v -> {
          attrs.put("name", Integer.toString(text("runtime.String", v.name())));
          node("PrimType").put("dtype", v.dtype().toString());
          attrs.put("type_annotation", Integer.toString(nodes.size() - 1));
        }
        case Expr.IntImm imm -> attrs.put("value", Long.toString(imm.value()));
        case Expr.FloatImm imm -> attrs.put("value", Double.toString(imm.value()));
        case Expr.Cast cast -> attrs.put("value", reference(cast.value()));
        case Expr.Not not -> attrs.put("a", reference(not.value()));
        case Expr.Select select -> {
          attrs.put("condition", reference(select.condition()));
          attrs.put("true_value", reference(select.ifTrue()));
          attrs.put("false_value", reference(select.ifFalse()));
        }
        case Expr.Load load -> {
          attrs.put("buffer", Integer.toString(buffer(load.buffer())));
          attrs.put("indices", Integer.toString(array(load.indices())));
          attrs.put("predicate", "0");
        }
        case Expr.Call call -> {
          attrs.put("args", Integer.toString(array(call.args())));
          if (!(call.callee() instanceof Intrinsic intrinsic)) {
            throw new IllegalArgumentException(
                "an index map in a trace can't call functions of the module");
          }
          attrs.put("op", Integer.toString(text("Op", "tir." + intrinsic.text)));
        }
        case Expr.Binary binary -> {
          attrs.put("a", reference(binary.a()));
          attrs.put("b", reference(binary.b()));
        }
        default -> throw new IllegalStateException(type);
      }
      return index;
    }
  }
}
