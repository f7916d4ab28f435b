package dev.weft.graph.pass;

import java.util.Arrays;
import java.util.List;

/**
 * A setting of a pass.
 *
 * @param key its name within the pass
 * @param meaning what it does, for people
 * @param otherwise the default
 * @param choices the values that it may have; empty for a positive number
 */
public record PassSetting(String key, String meaning, String otherwise, List<String> choices) {
  /** Copies the list. */
  public PassSetting {
    choices = List.copyOf(choices);
  }

  /** A setting with one of some values, the first of them by default. */
  public static PassSetting choice(String key, String meaning, String... choices) {
    return new PassSetting(key, meaning, choices[0], Arrays.asList(choices));
  }

  /** A positive number. */
  public static PassSetting count(String key, String meaning, long otherwise) {
    return new PassSetting(key, meaning, Long.toString(otherwise), List.of());
  }

  boolean accepts(String value) {
    return choices.isEmpty() ? value.matches("[1-9]\\d{0,17}") : choices.contains(value);
  }

  /** What may be given, for messages. */
  String accepted() {
    return choices.isEmpty() ? "a positive number" : "one of " + choices;
  }
}
