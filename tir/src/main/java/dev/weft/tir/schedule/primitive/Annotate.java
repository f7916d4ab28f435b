package dev.weft.tir.schedule.primitive;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Ordered;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;
import java.util.Map;

/**
 * Gives a block or a loop an annotation.
 *
 * <p>Arguments: the block or loop; the key; the value, an expression, list or map.
 *
 * <p>An annotation that is there already stays as it is; to change it, take it off first.
 *
 * <pre>
 * for i in range(128):    →    for i in T.serial(128, annotations={"pragma_unroll": 1}):
 * </pre>
 */
public final class Annotate {
  private Annotate() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, StmtRef ref, String key, AttrValue value) {
    Site site = state.site(ref);
    if (of(site).containsKey(key)) {
      return state;
    }
    return with(state, site, Ordered.with(of(site), key, value));
  }

  static Map<String, AttrValue> of(Site site) {
    return switch (site) {
      case Site.Loop loop -> loop.stmt().annotations();
      case Site.Block block -> block.block().annotations();
    };
  }

  static ScheduleState with(ScheduleState state, Site site, Map<String, AttrValue> annotations) {
    Stmt stmt =
        switch (site) {
          case Site.Loop loop -> loop.stmt().withAnnotations(annotations);
          case Site.Block block ->
              block.stmt().withBlock(block.block().withAnnotations(annotations));
        };
    return state.replace(site, stmt);
  }
}
