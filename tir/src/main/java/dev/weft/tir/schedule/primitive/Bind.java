package dev.weft.tir.schedule.primitive;

import dev.weft.tir.ForKind;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;

/**
 * Binds a loop to a hardware index: each thread (or thread block) carries out one iteration.
 *
 * <p>Arguments: the loop; the index ({@code blockIdx.x}, {@code threadIdx.y}, {@code vthread}).
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>no block below reads what other iterations of the loop write,
 *   <li>every block below is complete, or a reduction block with an affine binding,
 *   <li>blocks below don't write one element, or carry out one reduction, in several iterations,
 *   <li>the loop's variable occurs in the values of spatial axes only; with {@code threadIdx}, of
 *       reduction axes too, which makes a reduction across threads.
 * </ol>
 *
 * <pre>
 * for i in range(128):     →     for i in T.thread_binding(128, thread="threadIdx.x"):
 * </pre>
 */
public final class Bind {
  private Bind() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, LoopRef ref, ThreadTag tag) {
    Site.Loop site = state.loop(ref);
    new Conditions("bind", state).parallelizable(site, tag);
    return state.replace(site, site.stmt().withKind(ForKind.THREAD_BINDING, tag));
  }
}
