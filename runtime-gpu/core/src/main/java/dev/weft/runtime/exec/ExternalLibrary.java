package dev.weft.runtime.exec;

import dev.weft.runtime.DeviceProbe;
import java.util.Optional;

/**
 * A native library whose functions plans may call, found through {@link java.util.ServiceLoader}.
 * Asking what is missing must not fail, whatever the machine.
 */
public interface ExternalLibrary {
  /** The name, which its functions' names begin with: {@code openblas.matmul}. */
  String name();

  /** Why it can't be used here and how to get it; nothing if it can. */
  Optional<DeviceProbe.Missing> missing();

  /** Its functions by their names, {@code library.function}. */
  ExternalFunctions functions();
}
