package dev.weft.runtime.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A JSON object with typed access; an error names the path in the document.
 *
 * @param node the object
 * @param path where it is: {@code plan.json: body[3]}
 */
record JsonFields(JsonNode node, String path) {
  private JsonNode field(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw damaged("there is no '" + name + "'");
    }
    return value;
  }

  InputException damaged(String what) {
    return new InputException(what, path, "the file is damaged: compile the model again");
  }

  String text(String name) {
    JsonNode value = field(name);
    if (!value.isTextual()) {
      throw damaged("'" + name + "' is no text");
    }
    return value.textValue();
  }

  boolean has(String name) {
    return node.has(name);
  }

  double real(String name) {
    // Text keeps infinities and NaN, which JSON numbers lack.
    try {
      return Double.parseDouble(text(name));
    } catch (NumberFormatException e) {
      throw damaged("'" + name + "' is no number");
    }
  }

  long integer(String name) {
    JsonNode value = field(name);
    if (!value.canConvertToLong()) {
      throw damaged("'" + name + "' is no integer");
    }
    return value.longValue();
  }

  IntExpr size(String name) {
    return parse(name, text(name), IntExpr::parse);
  }

  DType dtype(String name) {
    return parse(name, text(name), DType::parse);
  }

  <E extends Enum<E>> E constant(String name, Class<E> type) {
    return parse(name, text(name), text -> Enum.valueOf(type, text));
  }

  private <T> T parse(String name, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw damaged("'" + name + "': " + e.getMessage());
    }
  }

  JsonFields object(String name) {
    JsonNode value = field(name);
    if (!value.isObject()) {
      throw damaged("'" + name + "' is no object");
    }
    return new JsonFields(value, path + "." + name);
  }

  <T> List<T> objects(String name, Function<JsonFields, T> reader) {
    List<T> result = new ArrayList<>();
    JsonNode values = array(name);
    for (int i = 0; i < values.size(); i++) {
      result.add(reader.apply(new JsonFields(values.get(i), path + "." + name + "[" + i + "]")));
    }
    return result;
  }

  List<String> texts(String name) {
    List<String> result = new ArrayList<>();
    for (JsonNode value : array(name)) {
      if (!value.isTextual()) {
        throw damaged("'" + name + "' holds something that is no text");
      }
      result.add(value.textValue());
    }
    return result;
  }

  List<IntExpr> sizes(String name) {
    return texts(name).stream().map(text -> parse(name, text, IntExpr::parse)).toList();
  }

  private JsonNode array(String name) {
    JsonNode values = field(name);
    if (!values.isArray()) {
      throw damaged("'" + name + "' is no list");
    }
    return values;
  }

  Map<String, String> textMap(String name) {
    Map<String, String> result = new LinkedHashMap<>();
    JsonFields map = object(name);
    for (Map.Entry<String, JsonNode> entry : map.node().properties()) {
      result.put(entry.getKey(), map.text(entry.getKey()));
    }
    return result;
  }
}
