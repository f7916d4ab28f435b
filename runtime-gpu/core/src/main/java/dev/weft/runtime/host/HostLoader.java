package dev.weft.runtime.host;

import dev.weft.runtime.ProgramImage;

/** Makes a program runnable in this process. */
@FunctionalInterface
public interface HostLoader {
  /**
   * Loads an image whose format is among the device's.
   *
   * @throws dev.weft.runtime.KernelCompileException if it can't be read or compiled
   */
  HostProgram load(ProgramImage image);
}
