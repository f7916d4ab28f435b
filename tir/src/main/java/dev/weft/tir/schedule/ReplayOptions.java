package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a trace needs besides itself to be replayed.
 *
 * @param intrinsics the tensor intrinsics that it may name
 */
public record ReplayOptions(Map<String, TensorIntrin> intrinsics) {
  /** No intrinsics. */
  public static final ReplayOptions DEFAULT = new ReplayOptions(Map.of());

  /** Copies the map. */
  public ReplayOptions {
    intrinsics = Map.copyOf(intrinsics);
  }

  /** The same with these intrinsics. */
  public ReplayOptions with(List<TensorIntrin> more) {
    Map<String, TensorIntrin> all = new HashMap<>(intrinsics);
    more.forEach(intrin -> all.put(intrin.name(), intrin));
    return new ReplayOptions(all);
  }

  /**
   * The intrinsic with a name.
   *
   * @throws InputException if there is none
   */
  public TensorIntrin intrinsic(String name) {
    TensorIntrin found = intrinsics.get(name);
    if (found == null) {
      throw new InputException(
          "the trace names the tensor intrinsic '" + name + "', which it was not given",
          "trace",
          "give it to the replay");
    }
    return found;
  }
}
