package dev.weft.runtime.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Optional;

/**
 * Whether this machine has NVIDIA's driver library. Asked before the first class of JCuda's driver
 * binding is touched: its initialiser fails without one, and then for the rest of the JVM's life.
 */
final class CudaLibrary {
  static final String NAME = "libcuda.so.1";

  private CudaLibrary() {}

  /** Why there is no usable library; empty if there is one. */
  static Optional<String> whyMissing() {
    return whyMissing(NAME, System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  static Optional<String> whyMissing(String library, String system, String architecture) {
    boolean natives = architecture.equals("amd64") || architecture.equals("x86_64");
    if (!system.equals("Linux") || !natives) {
      return Optional.of(
          "Weft drives CUDA on x86-64 Linux only, this is " + system + " on " + architecture);
    }
    try (Arena arena = Arena.ofConfined()) {
      return SymbolLookup.libraryLookup(library, arena).find("cuInit").isPresent()
          ? Optional.empty()
          : Optional.of(library + " has no cuInit");
    } catch (IllegalArgumentException e) {
      return Optional.of("there is no CUDA driver (" + library + ")");
    } catch (IllegalCallerException e) {
      return Optional.of(
          "Java forbids native access (start it with --enable-native-access=ALL-UNNAMED)");
    }
  }
}
