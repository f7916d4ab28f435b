package dev.weft.tir.schedule;

import org.jspecify.annotations.Nullable;

/**
 * Stage pipelines: scopes whose blocks hand data on in one direction, so that a block's computation
 * may be moved as long as it stays before its consumers.
 */
public final class Pipelines {
  private Pipelines() {}

  /**
   * What keeps a scope from being a stage pipeline; null if it is one. It is one if
   *
   * <ol>
   *   <li>what each block reads was written before,
   *   <li>no block writes what an earlier one reads.
   * </ol>
   */
  public static @Nullable String violation(ScheduleState state, Site.Block scope) {
    BlockScope blocks = state.scope(scope);
    for (Site.Block block : blocks.blocks()) {
      if (!state.isCovered(block)) {
        return block + " reads more than what its producers are known to have written";
      }
    }
    for (BlockScope.Dependency dependency : blocks.dependencies()) {
      if (dependency.kind() == BlockScope.Kind.WAR) {
        return dependency.dst() + " writes what " + dependency.src() + " reads before";
      }
    }
    return null;
  }
}
