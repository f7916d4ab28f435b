package dev.weft.tir;

import java.util.List;
import java.util.Map;

/** A value of an annotation or attribute: an expression, a list, a map, or a thing it is about. */
public sealed interface AttrValue
    permits Expr, AttrValue.Items, AttrValue.Entries, IterVar, Buffer, IndexMap, CommReducer {
  /** A list of values. */
  record Items(List<AttrValue> values) implements AttrValue {
    /** Copies the list. */
    public Items {
      values = List.copyOf(values);
    }
  }

  /** A map from names to values, in insertion order. */
  record Entries(Map<String, AttrValue> values) implements AttrValue {
    /** Copies the map, keeping its order. */
    public Entries {
      values = Ordered.copyOf(values);
    }
  }
}
