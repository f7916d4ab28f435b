package dev.weft.tir.schedule.primitive;

import dev.weft.tir.ForKind;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Has the iterations of a loop carried out by the lanes of vector instructions.
 *
 * <p>Arguments: the loop.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>no block below reads what other iterations of the loop write,
 *   <li>every block below is complete, or a reduction block with an affine binding,
 *   <li>blocks below don't write one element, or carry out one reduction, in several iterations,
 *   <li>the loop's variable occurs in the values of spatial axes only.
 * </ol>
 *
 * <pre>
 * for i in range(4):     →     for i in T.vectorized(4):
 * </pre>
 */
public final class Vectorize {
  private Vectorize() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, LoopRef ref) {
    Site.Loop site = state.loop(ref);
    new Conditions("vectorize", state).parallelizable(site, null);
    return state.replace(site, site.stmt().withKind(ForKind.VECTORIZED, null));
  }
}
