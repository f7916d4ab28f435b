package dev.weft.runtime;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The compilers on the class path that need no device. */
public final class ProgramCompilers {
  private final List<ProgramCompiler> compilers;

  /** The given compilers. */
  public ProgramCompilers(List<ProgramCompiler> compilers) {
    this.compilers = List.copyOf(compilers);
  }

  /** The compilers that {@link ServiceLoader} finds. */
  public static ProgramCompilers installed() {
    return new ProgramCompilers(
        ServiceLoader.load(ProgramCompiler.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());
  }

  /**
   * The compiler that makes {@code to} out of such an image, whether this machine has it or not.
   */
  public Optional<ProgramCompiler> find(ProgramImage image, ProgramFormat to) {
    return compilers.stream().filter(compiler -> compiler.accepts(image, to)).findFirst();
  }

  /**
   * Compiles a program.
   *
   * @throws DeviceException if there is no compiler for it or the machine lacks what that needs
   * @throws KernelCompileException if the compiler refuses the program
   */
  public CompiledProgram compile(ProgramImage image, ProgramFormat to) {
    ProgramCompiler compiler =
        find(image, to)
            .orElseThrow(
                () ->
                    new DeviceException(
                        "nothing here makes " + to + " out of " + image.format(),
                        image.architecture(),
                        "put the backend's module on the class path"));
    Optional<DeviceProbe.Missing> missing = compiler.missing();
    if (missing.isPresent()) {
      throw new DeviceException(
          "there is no compiler from "
              + image.format()
              + " to "
              + to
              + ": "
              + missing.get().reason(),
          compiler.name() + ":" + image.architecture(),
          missing.get().remedy());
    }
    return compiler.compile(image, to);
  }
}
