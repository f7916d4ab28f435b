package dev.weft.runtime.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether this machine has an OpenCL loader library. Asked before the first JOCL class is touched:
 * its initialiser fails without one, and then for the rest of the JVM's life.
 */
final class OpenClLibrary {
  private OpenClLibrary() {}

  /** Why there is no usable library; empty if there is one. */
  static Optional<String> whyMissing() {
    return whyMissing(names(System.getProperty("os.name", "")));
  }

  static Optional<String> whyMissing(List<String> names) {
    for (String name : names) {
      try (Arena arena = Arena.ofConfined()) {
        if (SymbolLookup.libraryLookup(name, arena).find("clGetPlatformIDs").isPresent()) {
          return Optional.empty();
        }
      } catch (IllegalArgumentException e) {
        // Not under this name.
      } catch (IllegalCallerException e) {
        return Optional.of(
            "Java forbids native access (start it with --enable-native-access=ALL-UNNAMED)");
      }
    }
    return Optional.of("there is no OpenCL library (" + String.join(", ", names) + ")");
  }

  static List<String> names(String operatingSystem) {
    String os = operatingSystem.toLowerCase(Locale.ROOT);
    if (os.contains("win")) {
      return List.of("OpenCL.dll");
    }
    if (os.contains("mac") || os.contains("darwin")) {
      return List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL");
    }
    return List.of("libOpenCL.so.1", "libOpenCL.so");
  }
}
