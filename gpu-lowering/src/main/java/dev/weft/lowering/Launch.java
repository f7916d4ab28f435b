package dev.weft.lowering;

import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.PrimFunc;
import java.util.List;

/**
 * One launch of a kernel.
 *
 * @param kernel the device body, in device form: {@code thread_extent} attributes around flat,
 *     one-dimensional buffers; {@code global_symbol} is the kernel's name
 * @param arguments one a parameter of the kernel, in order
 * @param geometry grid, block and dynamic shared memory
 */
public record Launch(PrimFunc kernel, List<LaunchArgument> arguments, LaunchGeometry geometry) {
  /** Copies the list and checks its length. */
  public Launch {
    arguments = List.copyOf(arguments);
    if (arguments.size() != kernel.params().size()) {
      throw new IllegalArgumentException(
          "Launch of '"
              + kernel.globalSymbol("kernel")
              + "' has "
              + arguments.size()
              + " arguments for "
              + kernel.params().size()
              + " parameters");
    }
  }

  /** The kernel's name. */
  public String kernelName() {
    return kernel.globalSymbol("kernel");
  }
}
