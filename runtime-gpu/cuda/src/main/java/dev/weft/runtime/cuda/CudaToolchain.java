package dev.weft.runtime.cuda;

import dev.weft.runtime.ProgramFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that compiles CUDA C. */
interface CudaToolchain {
  /**
   * What a compilation gave.
   *
   * @param binary PTX or a cubin; empty if the compiler refused the source
   * @param log what it said
   */
  record Output(Optional<byte[]> binary, String log) {}

  /** The compiler and its version. */
  String name();

  /** The numbers of the architectures that it knows; empty if it doesn't tell. */
  Set<Integer> architectures();

  /** Compiles for {@code sm_…}. */
  Output compile(String source, String architecture, ProgramFormat to, List<String> options);

  /** The first that works of NVRTC and nvcc; the answer is kept for the life of the JVM. */
  static Optional<CudaToolchain> find() {
    return Found.toolchain();
  }

  /** What was found. */
  final class Found {
    private static boolean searched;
    private static @Nullable CudaToolchain found;

    private Found() {}

    private static synchronized Optional<CudaToolchain> toolchain() {
      if (!searched) {
        Optional<CudaToolchain> nvrtc = Nvrtc.open().map(toolchain -> toolchain);
        found = nvrtc.or(() -> Nvcc.find().map(toolchain -> toolchain)).orElse(null);
        searched = true;
      }
      return Optional.ofNullable(found);
    }
  }
}
