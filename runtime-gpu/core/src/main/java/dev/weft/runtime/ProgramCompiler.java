package dev.weft.runtime;

import java.util.Optional;

/**
 * A compiler for programs that needs no device, found through {@link java.util.ServiceLoader}:
 * CUDA's, which makes binaries for any architecture on any machine. Making one and asking its name
 * must touch nothing native.
 */
public interface ProgramCompiler {
  /** What it compiles for, the first part of such targets' names: {@code cuda}. */
  String name();

  /** Whether it can make {@code to} out of an image, if it is not {@link #missing}. */
  boolean accepts(ProgramImage image, ProgramFormat to);

  /** What this machine lacks for it, and how to get that; empty if nothing. */
  Optional<DeviceProbe.Missing> missing();

  /**
   * Compiles a program.
   *
   * @param image source, for {@link ProgramImage#architecture}
   * @param to the format of the result
   * @throws KernelCompileException with the compiler's log
   * @throws DeviceException if the machine lacks the compiler, or that lacks the architecture
   */
  CompiledProgram compile(ProgramImage image, ProgramFormat to);
}
