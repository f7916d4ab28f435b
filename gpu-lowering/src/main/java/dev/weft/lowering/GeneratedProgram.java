package dev.weft.lowering;

import dev.weft.runtime.ProgramImage;
import dev.weft.tir.PrimFunc;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * A program and the names that its kernels got in it: kernels that are alike are written once.
 *
 * @param image the program
 */
public record GeneratedProgram(ProgramImage image, Map<PrimFunc, String> kernelNames) {
  /** Copies the map, which is by identity. */
  public GeneratedProgram {
    kernelNames = new IdentityHashMap<>(kernelNames);
  }

  /** The name of the kernel that a launch's function became. */
  public String kernelName(PrimFunc kernel) {
    String name = kernelNames.get(kernel);
    if (name == null) {
      throw new IllegalArgumentException(
          "the kernel '" + kernel.globalSymbol("?") + "' is not in this program");
    }
    return name;
  }
}
