package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Ordered;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;

/**
 * Takes an annotation off a block or a loop.
 *
 * <p>Arguments: the block or loop; the key. Conditions: there is such an annotation.
 *
 * <pre>
 * for i in T.serial(128, annotations={"pragma_unroll": 1}):    →    for i in range(128):
 * </pre>
 */
public final class Unannotate {
  private Unannotate() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, StmtRef ref, String key) {
    Site site = state.site(ref);
    if (!Annotate.of(site).containsKey(key)) {
      throw state.refuse("unannotate", "there is no annotation '" + key + "'", site);
    }
    return Annotate.with(state, site, Ordered.without(Annotate.of(site), key));
  }
}
