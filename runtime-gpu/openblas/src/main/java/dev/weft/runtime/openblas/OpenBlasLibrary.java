package dev.weft.runtime.openblas;

import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.ExternalLibrary;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;

/** OpenBLAS through JavaCPP: {@code openblas.matmul}. */
public final class OpenBlasLibrary implements ExternalLibrary {
  @Override
  public String name() {
    return "openblas";
  }

  @Override
  public Optional<DeviceProbe.Missing> missing() {
    return Loaded.PROBLEM;
  }

  @Override
  public ExternalFunctions functions() {
    return ExternalFunctions.NONE.with("openblas.matmul", Matmul::call);
  }

  /** Loads the library once: a class that fails to load stays failed. */
  private static final class Loaded {
    static final Optional<DeviceProbe.Missing> PROBLEM = load();

    private Loaded() {}

    private static Optional<DeviceProbe.Missing> load() {
      try {
        openblas.blas_set_num_threads(Runtime.getRuntime().availableProcessors());
        return Optional.empty();
      } catch (LinkageError e) {
        return Optional.of(
            new DeviceProbe.Missing(
                "OpenBLAS can't be loaded: " + e.getMessage(),
                "put org.bytedeco:openblas with this machine's classifier on the class path"));
      }
    }
  }
}
