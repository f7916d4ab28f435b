package dev.weft.graph.op;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the attributes of operators that are records. */
final class Attributes {
  private Attributes() {}

  static Map<String, Object> of(Operator operator) {
    RecordComponent[] components = operator.getClass().getRecordComponents();
    if (components == null) {
      return Map.of();
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (RecordComponent component : components) {
      try {
        Object value = component.getAccessor().invoke(operator);
        if (value != null) {
          attributes.put(component.getName(), value);
        }
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(
            "the attribute '"
                + component.getName()
                + "' of "
                + operator.getClass()
                + " can't be read: make the record public or override attributes()",
            e);
      }
    }
    return attributes;
  }
}
