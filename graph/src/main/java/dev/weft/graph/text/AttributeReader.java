package dev.weft.graph.text;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what {@link AttributeText} writes, told by the component of the record that it is for. */
final class AttributeReader {
  private final TokenReader in;

  AttributeReader(TokenReader in) {
    this.in = in;
  }

  Object read(Type type) {
    if (type instanceof ParameterizedType generic && generic.getRawType().equals(List.class)) {
      Type element = generic.getActualTypeArguments()[0];
      return List.copyOf(in.<Object>list("[", "]", () -> read(element)));
    }
    if (!(type instanceof Class<?> single)) {
      throw new IllegalArgumentException("attributes of type " + type + " can't be read");
    }
    if (single == long.class || single == Long.class) {
      return in.integer();
    }
    if (single == int.class || single == Integer.class) {
      Token first = in.peek();
      long value = in.integer();
      if (value != (int) value) {
        throw in.error(first, in.last(), "the integer is too large");
      }
      return (int) value;
    }
    if (single == double.class || single == Double.class) {
      return in.number();
    }
    if (single == boolean.class || single == Boolean.class) {
      return truth();
    }
    if (single == String.class) {
      return in.string();
    }
    if (single == IntExpr.class) {
      return in.size();
    }
    if (single == Shape.class) {
      return in.shape();
    }
    if (single == DType.class) {
      return in.dtype();
    }
    if (single.isEnum()) {
      return constant(single);
    }
    if (single.isRecord() || single.isSealed()) {
      return part(single);
    }
    throw new IllegalArgumentException("attributes of type " + type + " can't be read");
  }

  private boolean truth() {
    Token token = in.next();
    if (!token.is("true") && !token.is("false")) {
      throw in.error(token, "expected true or false, found " + token.describe());
    }
    return token.is("true");
  }

  private Object constant(Class<?> type) {
    Token token = in.next();
    for (Object constant : type.getEnumConstants()) {
      if (constant instanceof Enum<?> value && value.name().equals(token.text())) {
        return value;
      }
    }
    throw in.error(
        token,
        "expected one of "
            + Arrays.stream(type.getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList()
            + ", found "
            + token.describe());
  }

  /** A record with its name and components in brackets. */
  private Object part(Class<?> type) {
    Token name = in.name("a " + type.getSimpleName());
    Class<?> found = named(type, name.text());
    if (found == null) {
      throw in.error(name, "expected a " + type.getSimpleName() + ", found " + name.describe());
    }
    Map<String, TokenReader> values = new HashMap<>();
    in.list("[", "]", () -> attribute(values));
    return record(found, values, name);
  }

  private static @Nullable Class<?> named(Class<?> type, String name) {
    if (type.isRecord()) {
      return type.getSimpleName().equals(name) ? type : null;
    }
    Class<?>[] permitted = type.getPermittedSubclasses();
    return Arrays.stream(permitted == null ? new Class<?>[0] : permitted)
        .filter(one -> one.isRecord() && one.getSimpleName().equals(name))
        .findFirst()
        .orElse(null);
  }

  /** Notes where the value of an attribute begins, and goes on behind it. */
  String attribute(Map<String, TokenReader> values) {
    Token name = in.name("an attribute");
    in.expect("=");
    if (values.put(name.text(), in.copy()) != null) {
      throw in.error(name, "the attribute '" + name.text() + "' is given twice");
    }
    in.skipValue();
    return name.text();
  }

  /**
   * A record of its components' values.
   *
   * @param values a reader that stands at the value, by the name of the component
   * @param place what errors point at
   */
  Object record(Class<?> type, Map<String, TokenReader> values, Token place) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      TokenReader value = values.get(components[i].getName());
      if (value == null) {
        throw in.error(place, "the attribute '" + components[i].getName() + "' is missing");
      }
      // A copy, since another operator may have attributes of the same names.
      arguments[i] = new AttributeReader(value.copy()).whole(components[i].getGenericType());
    }
    for (String name : values.keySet()) {
      if (Arrays.stream(components).noneMatch(component -> component.getName().equals(name))) {
        throw in.error(place, type.getSimpleName() + " has no attribute '" + name + "'");
      }
    }
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return type.getConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      throw in.error(place, String.valueOf(cause == null ? e.getMessage() : cause.getMessage()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no public constructor of its components", e);
    }
  }

  private Object whole(Type type) {
    Object value = read(type);
    if (!in.peek().is(",") && !in.peek().is(")") && !in.peek().is("]")) {
      throw in.error(in.peek(), "expected the end of the attribute, found " + in.peek().describe());
    }
    return value;
  }
}
