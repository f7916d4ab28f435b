package dev.weft.runtime.exec;

import dev.weft.base.InputException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.plan.LaunchPlan;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The libraries on the class path whose functions plans may call. */
public final class ExternalLibraries {
  private final Map<String, ExternalLibrary> byName = new TreeMap<>();

  /** These libraries. */
  public ExternalLibraries(Collection<? extends ExternalLibrary> libraries) {
    libraries.forEach(library -> byName.put(library.name(), library));
  }

  /** Those that {@link ServiceLoader} finds. */
  public static ExternalLibraries installed() {
    return new ExternalLibraries(
        ServiceLoader.load(ExternalLibrary.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /**
   * All functions that a plan calls: those of the application, and those of libraries.
   *
   * @param application what the application registered; takes the place of a library's function
   * @throws InputException if a function is nobody's, or its library is missing; says how to get it
   */
  public ExternalFunctions resolve(LaunchPlan plan, ExternalFunctions application) {
    ExternalFunctions all = application;
    for (String function : plan.externalFunctions()) {
      int dot = function.indexOf('.');
      String name = dot < 0 ? "" : function.substring(0, dot);
      if (application.byName().containsKey(function) || dot < 0) {
        continue;
      }
      ExternalLibrary library = byName.get(name);
      if (library == null) {
        throw new InputException(
            "the model calls '" + function + "', and no library '" + name + "' is installed",
            "",
            "put weft-runtime-" + name + " on the class path, or compile without the library");
      }
      Optional<DeviceProbe.Missing> missing = library.missing();
      if (missing.isPresent()) {
        throw new InputException(
            "the model calls '" + function + "': " + missing.get().reason(),
            "",
            missing.get().remedy());
      }
      all = all.with(function, library.functions().get(function));
    }
    return all;
  }
}
