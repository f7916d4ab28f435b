package dev.weft.graph.text;

import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes constants: small ones with their elements, large ones by a name that is theirs alone. */
final class ConstantText {
  /** Up to so many elements are written out. */
  static final int INLINE_ELEMENTS = 8;

  private final Map<String, Tensor> byName = new LinkedHashMap<>();
  private final IdentityHashMap<Tensor, String> names = new IdentityHashMap<>();
  private final Map<String, Integer> copies = new HashMap<>();

  /** The large constants so far. */
  Map<String, Tensor> large() {
    return byName;
  }

  String print(GraphExpr.Constant constant) {
    List<String> elements = elements(constant.value());
    String value =
        elements == null ? Words.name(name(constant)) : "[" + String.join(", ", elements) + "]";
    return "const(" + value + ": " + constant.type() + ")";
  }

  /** A tensor's elements as text; null if there are many, or if text can't tell them exactly. */
  private static @Nullable List<String> elements(Tensor value) {
    if (value.elements() > INLINE_ELEMENTS) {
      return null;
    }
    List<String> elements = new ArrayList<>();
    try (Tensor read = Tensor.allocate(value.dtype(), value.shape())) {
      for (long i = 0; i < value.elements(); i++) {
        if (value.dtype().isFloat()) {
          elements.add(Double.toString(value.getDouble(i)));
          read.setDouble(i, value.getDouble(i));
        } else {
          elements.add(Long.toString(value.getLong(i)));
          read.setLong(i, value.getLong(i));
        }
      }
      boolean exact = read.data().mismatch(value.data()) < 0;
      return exact ? elements : null;
    }
  }

  private String name(GraphExpr.Constant constant) {
    String known = names.get(constant.value());
    if (known != null) {
      return known;
    }
    String base = constant.name().isEmpty() ? "constant" : constant.name();
    String name = base;
    while (byName.containsKey(name)) {
      name = base + "_" + copies.merge(base, 1, Integer::sum);
    }
    names.put(constant.value(), name);
    byName.put(name, constant.value());
    return name;
  }
}
