package dev.weft.tir.schedule;

import java.util.List;

/**
 * What a trace needs besides itself to be replayed.
 *
 * @param intrinsics the tensor intrinsics that it may name
 */
public record ReplayOptions(TensorIntrins intrinsics) {
  /** No intrinsics. */
  public static final ReplayOptions DEFAULT = new ReplayOptions(TensorIntrins.NONE);

  /** The same with these intrinsics. */
  public ReplayOptions with(List<TensorIntrin> more) {
    TensorIntrins all = intrinsics;
    for (TensorIntrin intrin : more) {
      all = all.with(intrin);
    }
    return new ReplayOptions(all);
  }

  /**
   * The intrinsic with a name.
   *
   * @throws ScheduleException if there is none
   */
  public TensorIntrin intrinsic(String name) {
    if (!intrinsics.names().contains(name)) {
      throw new ScheduleException(
          "tensorize",
          "the replay was not given the tensor intrinsic '"
              + name
              + "'; it has "
              + intrinsics.names(),
          "trace",
          null,
          List.of());
    }
    return intrinsics.get(name);
  }
}
