package dev.weft.graph.op;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the attributes of operators that are records, and of the records within them. */
public final class Attributes {
  private Attributes() {}

  static Map<String, Object> of(Operator operator) {
    return operator instanceof Record record ? of(record) : Map.of();
  }

  /**
   * The components of a public record that are not null, by name, in order.
   *
   * @throws IllegalStateException if they can't be read
   */
  public static Map<String, Object> of(Record record) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        Object value = component.getAccessor().invoke(record);
        if (value != null) {
          attributes.put(component.getName(), value);
        }
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(
            "the attribute '"
                + component.getName()
                + "' of "
                + record.getClass()
                + " can't be read: make the record public or override attributes()",
            e);
      }
    }
    return attributes;
  }
}
