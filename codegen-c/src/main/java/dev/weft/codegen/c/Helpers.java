package dev.weft.codegen.c;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The helper functions that a program uses, by name; each is defined once, before the kernels. */
public final class Helpers {
  private final Map<String, String> definitions = new TreeMap<>();

  /** Notes that a function is used and how it is defined; gives its name back. */
  public String use(String name, String definition) {
    definitions.put(name, definition);
    return name;
  }

  /** The definitions, ordered by name. */
  public Collection<String> definitions() {
    return Collections.unmodifiableCollection(definitions.values());
  }
}
