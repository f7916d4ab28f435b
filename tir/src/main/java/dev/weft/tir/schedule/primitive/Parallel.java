package dev.weft.tir.schedule.primitive;

import dev.weft.tir.ForKind;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Has the iterations of a loop carried out by several threads of a CPU.
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
 * for i in range(128):     →     for i in T.parallel(128):
 * </pre>
 */
public final class Parallel {
  private Parallel() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, LoopRef ref) {
    Site.Loop site = state.loop(ref);
    new Conditions("parallel", state).parallelizable(site, null);
    return state.replace(site, site.stmt().withKind(ForKind.PARALLEL, null));
  }
}
