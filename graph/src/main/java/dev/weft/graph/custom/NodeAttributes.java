package dev.weft.graph.custom;

import dev.weft.base.Tensor;
import dev.weft.graph.TypeException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The attributes that a model's node gives an operator of the application: {@code Long}s, {@code
 * Double}s, {@code String}s, {@link Tensor}s and lists of the first three, by name.
 *
 * @param values by name, in alphabetical order
 */
public record NodeAttributes(Map<String, Object> values) {
  /** No attributes. */
  public static final NodeAttributes NONE = new NodeAttributes(Map.of());

  /** Copies the map. */
  public NodeAttributes {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
  }

  /** Whether the node has an attribute. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /**
   * An integer.
   *
   * @throws TypeException if the attribute is of another type
   */
  public long integer(String name, long otherwise) {
    return get(name, Long.class, otherwise);
  }

  /**
   * A number; an integer attribute is one too.
   *
   * @throws TypeException if the attribute is of another type
   */
  public double number(String name, double otherwise) {
    Object value = values.get(name);
    return value instanceof Long integer
        ? integer.doubleValue()
        : get(name, Double.class, otherwise);
  }

  /**
   * A text.
   *
   * @throws TypeException if the attribute is of another type
   */
  public String text(String name, String otherwise) {
    return get(name, String.class, otherwise);
  }

  /**
   * A list of integers.
   *
   * @throws TypeException if the attribute is of another type
   */
  public List<Long> integers(String name, List<Long> otherwise) {
    return has(name) ? elements(name, Long.class) : List.copyOf(otherwise);
  }

  /**
   * A list of numbers.
   *
   * @throws TypeException if the attribute is of another type
   */
  public List<Double> numbers(String name, List<Double> otherwise) {
    return has(name) ? elements(name, Double.class) : List.copyOf(otherwise);
  }

  /**
   * A tensor.
   *
   * @throws TypeException if there is no such attribute, or it is of another type
   */
  public Tensor tensor(String name) {
    Object value = values.get(name);
    if (value instanceof Tensor tensor) {
      return tensor;
    }
    throw new TypeException("there is no tensor attribute '" + name + "'", "attributes");
  }

  private <T> T get(String name, Class<T> type, T otherwise) {
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    if (!type.isInstance(value)) {
      throw wrong(name, type, value);
    }
    return type.cast(value);
  }

  private <T> List<T> elements(String name, Class<T> type) {
    Object value = values.get(name);
    if (value instanceof List<?> list && list.stream().allMatch(type::isInstance)) {
      return list.stream().<T>map(type::cast).toList();
    }
    throw wrong(name, type, String.valueOf(value));
  }

  private static TypeException wrong(String name, Class<?> type, Object value) {
    return new TypeException(
        "the attribute '" + name + "' is no " + type.getSimpleName() + " but " + value,
        "attributes");
  }
}
