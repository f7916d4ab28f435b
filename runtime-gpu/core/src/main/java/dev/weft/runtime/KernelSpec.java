package dev.weft.runtime;

import java.util.List;

/**
 * A kernel as its caller sees it. The launch geometry is not here: it belongs to the launch.
 *
 * @param name the entry point, unique in its program
 * @param params the parameters in order; dynamic shared memory is not one of them
 */
public record KernelSpec(String name, List<KernelParam> params) {
  /** Copies the list and refuses an empty name. */
  public KernelSpec {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("KernelSpec name must not be empty");
    }
    params = List.copyOf(params);
  }
}
