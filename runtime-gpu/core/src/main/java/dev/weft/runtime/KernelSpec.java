package dev.weft.runtime;

import java.util.List;

/**
 * A kernel as its caller sees it. The launch geometry is not here: it belongs to the launch.
 *
 * @param name the entry point, unique in its program
 * @param params the parameters in order; dynamic shared memory is not one of them
 * @param tensorMaps what the launch passes behind them, made from some of them
 */
public record KernelSpec(String name, List<KernelParam> params, List<TensorMap> tensorMaps) {
  /** Copies the list and refuses an empty name. */
  public KernelSpec {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("KernelSpec name must not be empty");
    }
    params = List.copyOf(params);
    tensorMaps = List.copyOf(tensorMaps);
    for (TensorMap map : tensorMaps) {
      if (map.param() < 0
          || map.param() >= params.size()
          || !(params.get(map.param()) instanceof KernelParam.Buffer)) {
        throw new IllegalArgumentException(
            "KernelSpec '" + name + "' maps parameter " + map.param() + ", which is no buffer");
      }
    }
  }

  /** A kernel without tensor maps. */
  public KernelSpec(String name, List<KernelParam> params) {
    this(name, params, List.of());
  }
}
