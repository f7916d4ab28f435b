package dev.weft.graph.partition;

import dev.weft.base.InputException;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The libraries that models can be partitioned for, by name. */
public final class Libraries {
  private final Map<String, Library> byName = new TreeMap<>();

  private Libraries() {}

  /** Those that Weft brings along and those that {@link ServiceLoader} finds. */
  public static Libraries known() {
    Libraries libraries = new Libraries();
    libraries.byName.put(BlasLibrary.OPENBLAS.name(), BlasLibrary.OPENBLAS);
    ServiceLoader.load(Library.class)
        .forEach(library -> libraries.byName.put(library.name(), library));
    return libraries;
  }

  /**
   * One library.
   *
   * @throws InputException if there is none of that name; lists those that there are
   */
  public Library get(String name) {
    Library library = byName.get(name);
    if (library == null) {
      throw new InputException(
          "no library is called '" + name + "'", "", "there are: " + byName.keySet());
    }
    return library;
  }
}
