package dev.weft.runtime;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link ProgramCompiler} made.
 *
 * @param image the program in its new format, with the kernels of the source
 * @param compiler the compiler and its version
 * @param log what the compiler said, warnings included; empty for nothing
 * @param resources what each kernel takes of the device, by name, as far as the compiler tells
 */
public record CompiledProgram(
    ProgramImage image, String compiler, String log, Map<String, KernelResources> resources) {
  /** Copies the map. */
  public CompiledProgram {
    resources = Map.copyOf(new TreeMap<>(resources));
  }
}
