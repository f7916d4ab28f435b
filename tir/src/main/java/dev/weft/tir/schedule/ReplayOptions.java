package dev.weft.tir.schedule;

import java.util.List;

/**
 * What a trace needs besides itself to be replayed.
 *
 * @param intrinsics the tensor intrinsics that it may name
 * @param decisions what sampling instructions choose
 * @param postprocessing whether to carry out what comes after {@code EnterPostproc}, too
 */
public record ReplayOptions(
    TensorIntrins intrinsics, DecisionProvider decisions, boolean postprocessing) {
  /** No intrinsics, everything as recorded. */
  public static final ReplayOptions DEFAULT =
      new ReplayOptions(TensorIntrins.NONE, (position, step, recorded) -> recorded, true);

  /** The same with these intrinsics. */
  public ReplayOptions with(List<TensorIntrin> more) {
    TensorIntrins all = intrinsics;
    for (TensorIntrin intrin : more) {
      all = all.with(intrin);
    }
    return new ReplayOptions(all, decisions, postprocessing);
  }

  /** The same with other decisions. */
  public ReplayOptions deciding(DecisionProvider provider) {
    return new ReplayOptions(intrinsics, provider, postprocessing);
  }

  /** The same, only as far as {@code EnterPostproc}. */
  public ReplayOptions withoutPostprocessing() {
    return new ReplayOptions(intrinsics, decisions, false);
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
