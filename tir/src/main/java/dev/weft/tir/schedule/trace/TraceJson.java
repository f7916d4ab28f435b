package dev.weft.tir.schedule.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Traces as JSON in the form of Apache TVM 0.18: {@code [[instruction, …], [decision, …]]} with
 * {@code instruction = [kind, inputs, attributes, outputs]}. Among inputs, strings are in quotes of
 * their own, since a bare one names a handle.
 */
public final class TraceJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Predicate<String> HANDLE = Pattern.compile("[blv]\\d+").asMatchPredicate();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private TraceJson() {}

  /**
   * Reads a trace.
   *
   * @throws InputException if the text is no trace
   */
  public static Trace read(String text) {
    JsonNode root = parse(text);
    if (!root.isArray() || root.size() < 1 || !root.get(0).isArray()) {
      throw bad("a trace is a list of instructions and a list of decisions", root);
    }
    List<Instruction> instructions = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode node : root.get(0)) {
      instructions.add(instruction(node, names));
    }
    Map<Integer, TraceValue> decisions = new TreeMap<>();
    if (root.size() > 1) {
      for (JsonNode decision : root.get(1)) {
        if (decision.size() != 2) {
          throw bad("a decision is a pair of a position and a value", decision);
        }
        decisions.put(decision.get(0).asInt(), value(decision.get(1), Set.of()));
      }
    }
    return new Trace(instructions, decisions);
  }

  private static Instruction instruction(JsonNode node, Set<String> names) {
    if (!node.isArray() || node.size() != 4) {
      throw bad("an instruction has a kind, inputs, attributes and outputs", node);
    }
    List<TraceValue> inputs = new ArrayList<>();
    node.get(1).forEach(input -> inputs.add(value(input, names)));
    List<TraceValue> attrs = new ArrayList<>();
    node.get(2).forEach(attr -> attrs.add(attribute(attr)));
    List<String> outputs = new ArrayList<>();
    for (JsonNode output : node.get(3)) {
      outputs.add(output.asText());
      names.add(output.asText());
    }
    return new Instruction(node.get(0).asText(), inputs, attrs, outputs);
  }

  private static TraceValue value(JsonNode node, Set<String> names) {
    if (node.isTextual()) {
      String text = node.asText();
      if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
        return new TraceValue.Text(parse(text).asText());
      }
      if (text.equals("None")) {
        return new TraceValue.None();
      }
      if (text.startsWith("{")) {
        return new TraceValue.Indices(IndexMapJson.read(parse(text)));
      }
      if (names.contains(text)) {
        return new TraceValue.Ref(text);
      }
      throw bad("'" + text + "' is the output of no earlier instruction", node);
    }
    return plain(node, child -> nested(child, names));
  }

  /** Within lists and maps TVM writes strings without quotes of their own. */
  private static TraceValue nested(JsonNode node, Set<String> names) {
    if (node.isTextual() && isBare(node.asText(), names::contains)) {
      return new TraceValue.Text(node.asText());
    }
    return node.isContainerNode() ? plain(node, child -> nested(child, names)) : value(node, names);
  }

  /** Whether a string within a list or map can't be taken for anything else. */
  private static boolean isBare(String text, Predicate<String> isName) {
    return !text.startsWith("\"")
        && !text.startsWith("{")
        && !text.equals("None")
        && !isName.test(text);
  }

  private static TraceValue attribute(JsonNode node) {
    if (node.isTextual()) {
      String text = node.asText();
      boolean graph = text.startsWith("{") && text.contains("\"nodes\"");
      return graph
          ? new TraceValue.Indices(IndexMapJson.read(parse(text)))
          : new TraceValue.Text(text);
    }
    return plain(node, TraceJson::attribute);
  }

  private static TraceValue plain(JsonNode node, Function<JsonNode, TraceValue> child) {
    if (node.isNull()) {
      return new TraceValue.None();
    }
    if (node.isBoolean()) {
      return new TraceValue.Int(node.asBoolean() ? 1 : 0);
    }
    if (node.isIntegralNumber()) {
      return new TraceValue.Int(node.asLong());
    }
    if (node.isNumber()) {
      return new TraceValue.Real(node.asDouble());
    }
    if (node.isArray()) {
      List<TraceValue> values = new ArrayList<>();
      node.forEach(element -> values.add(child.apply(element)));
      return new TraceValue.Items(values);
    }
    Map<String, TraceValue> entries = new LinkedHashMap<>();
    node.properties().forEach(e -> entries.put(e.getKey(), child.apply(e.getValue())));
    return new TraceValue.Entries(entries);
  }

  /** Writes a trace, one instruction a line. */
  public static String write(Trace trace) {
    List<String> instructions = new ArrayList<>();
    for (Instruction instruction : trace.instructions()) {
      ArrayNode node = NODES.arrayNode();
      node.add(instruction.kind());
      ArrayNode inputs = node.addArray();
      instruction.inputs().forEach(input -> inputs.add(json(input, Place.INPUT)));
      ArrayNode attrs = node.addArray();
      instruction.attrs().forEach(attr -> attrs.add(json(attr, Place.ATTRIBUTE)));
      ArrayNode outputs = node.addArray();
      instruction.outputs().forEach(outputs::add);
      instructions.add("  " + node);
    }
    ArrayNode decisions = NODES.arrayNode();
    trace
        .decisions()
        .forEach((index, value) -> decisions.addArray().add(index).add(json(value, Place.INPUT)));
    String body = instructions.isEmpty() ? "" : "\n" + String.join(",\n", instructions) + "\n";
    return "[[" + body + "], " + decisions + "]\n";
  }

  /** Where a value stands, which decides how strings are written. */
  private enum Place {
    INPUT,
    WITHIN_INPUT,
    ATTRIBUTE;

    Place within() {
      return this == ATTRIBUTE ? ATTRIBUTE : WITHIN_INPUT;
    }

    boolean quotes(String text) {
      return switch (this) {
        case INPUT -> true;
        case WITHIN_INPUT -> !isBare(text, HANDLE);
        case ATTRIBUTE -> false;
      };
    }
  }

  private static JsonNode json(TraceValue value, Place place) {
    return switch (value) {
      case TraceValue.Ref(String name) -> NODES.textNode(name);
      case TraceValue.Int(long number) -> NODES.numberNode(number);
      case TraceValue.Real(double number) -> NODES.numberNode(number);
      case TraceValue.Text(String text) ->
          NODES.textNode(place.quotes(text) ? NODES.textNode(text).toString() : text);
      case TraceValue.None() ->
          place == Place.ATTRIBUTE ? NODES.nullNode() : NODES.textNode("None");
      case TraceValue.Items(List<TraceValue> values) -> {
        ArrayNode array = NODES.arrayNode();
        values.forEach(element -> array.add(json(element, place.within())));
        yield array;
      }
      case TraceValue.Entries(Map<String, TraceValue> values) -> {
        ObjectNode object = NODES.objectNode();
        values.forEach((key, element) -> object.set(key, json(element, place.within())));
        yield object;
      }
      case TraceValue.Indices(var map) -> NODES.textNode(IndexMapJson.write(map));
    };
  }

  private static JsonNode parse(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InputException("not JSON: " + e.getOriginalMessage(), "trace", "");
    }
  }

  private static InputException bad(String what, JsonNode node) {
    String text = node.toString();
    String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return new InputException(what + ", got " + shown, "trace", "");
  }
}
