package dev.weft.tir.schedule.primitive;

import dev.weft.tir.ForKind;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Has the iterations of a loop written out one after the other.
 *
 * <p>Arguments: the loop. There are no conditions.
 *
 * <pre>
 * for i in range(4):     →     for i in T.unroll(4):
 * </pre>
 */
public final class Unroll {
  private Unroll() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, LoopRef ref) {
    Site.Loop site = state.loop(ref);
    return state.replace(site, site.stmt().withKind(ForKind.UNROLLED, null));
  }
}
