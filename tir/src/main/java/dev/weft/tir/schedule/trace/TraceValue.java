package dev.weft.tir.schedule.trace;

import dev.weft.tir.IndexMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An input or attribute of an instruction. */
public sealed interface TraceValue {
  /** The output of an earlier instruction: {@code b0}, {@code l1}, {@code v2}. */
  record Ref(String name) implements TraceValue {}

  /** An integer or truth value. */
  record Int(long value) implements TraceValue {}

  /** A floating-point number. */
  record Real(double value) implements TraceValue {}

  /** A character string. */
  record Text(String value) implements TraceValue {}

  /** Nothing: a split factor to be worked out, an absent pad value. */
  record None() implements TraceValue {}

  /** A list. */
  record Items(List<TraceValue> values) implements TraceValue {
    /** Copies the list. */
    public Items {
      values = List.copyOf(values);
    }
  }

  /** A map, in insertion order. */
  record Entries(Map<String, TraceValue> values) implements TraceValue {
    /** Copies the map, keeping its order. */
    public Entries {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /** An index map. */
  record Indices(IndexMap map) implements TraceValue {}
}
