package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.tir.Ordered;
import java.util.Map;
import java.util.Set;

/**
 * Tensor intrinsics by name, as a value; there is no global registry.
 *
 * @param byName the intrinsics
 */
public record TensorIntrins(Map<String, TensorIntrin> byName) {
  /** No intrinsics. */
  public static final TensorIntrins NONE = new TensorIntrins(Map.of());

  /** Copies the map. */
  public TensorIntrins {
    byName = Ordered.copyOf(byName);
  }

  /**
   * Several intrinsics.
   *
   * @throws InputException if two have the same name
   */
  public static TensorIntrins of(TensorIntrin... intrins) {
    TensorIntrins result = NONE;
    for (TensorIntrin intrin : intrins) {
      result = result.with(intrin);
    }
    return result;
  }

  /**
   * One more intrinsic.
   *
   * @throws InputException if there is one of this name; {@link #replacing} doesn't mind
   */
  public TensorIntrins with(TensorIntrin intrin) {
    if (byName.containsKey(intrin.name())) {
      throw new InputException(
          "there is an intrinsic of this name already",
          "tensor intrinsic '" + intrin.name() + "'",
          "choose another name, or replace it on purpose with replacing()");
    }
    return replacing(intrin);
  }

  /** One more intrinsic, in the place of one of the same name if there is one. */
  public TensorIntrins replacing(TensorIntrin intrin) {
    return new TensorIntrins(Ordered.with(byName, intrin.name(), intrin));
  }

  /**
   * The intrinsic of a name.
   *
   * @throws InputException if there is none
   */
  public TensorIntrin get(String name) {
    TensorIntrin intrin = byName.get(name);
    if (intrin == null) {
      throw new InputException(
          "there is no intrinsic of this name; there are " + names(),
          "tensor intrinsic '" + name + "'",
          "add it: intrins.with(new TensorIntrin(…))");
    }
    return intrin;
  }

  /** The names. */
  public Set<String> names() {
    return byName.keySet();
  }
}
