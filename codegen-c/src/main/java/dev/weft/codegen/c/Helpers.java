package dev.weft.codegen.c;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The helper functions that a program uses, by name; each is defined once, before the kernels. */
public final class Helpers {
  private final Map<String, String> definitions = new LinkedHashMap<>();

  /** Notes that a function is used and how it is defined; gives its name back. */
  public String use(String name, String definition) {
    definitions.put(name, definition);
    return name;
  }

  /** The definitions in the order of their first use: what a function calls comes before it. */
  public Collection<String> definitions() {
    return Collections.unmodifiableCollection(definitions.values());
  }
}
