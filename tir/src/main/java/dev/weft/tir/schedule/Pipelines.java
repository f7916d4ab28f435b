package dev.weft.tir.schedule;

import dev.weft.tir.Stmt;
import java.util.List;
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
   *   <li>no block writes what an earlier one reads,
   *   <li>there are only loops and blocks.
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
    return isSchedulable(scope.block().body())
        ? null
        : "there are statements other than loops and blocks";
  }

  private static boolean isSchedulable(Stmt stmt) {
    return switch (stmt) {
      case Stmt.For loop -> isSchedulable(loop.body());
      case Stmt.Seq(List<Stmt> stmts) -> stmts.stream().allMatch(Pipelines::isSchedulable);
      case Stmt.BlockRealize b -> true;
      case Stmt.Let s -> false;
      case Stmt.Attr s -> false;
      case Stmt.Assert s -> false;
      case Stmt.Store s -> false;
      case Stmt.Allocate s -> false;
      case Stmt.AllocateConst s -> false;
      case Stmt.DeclBuffer s -> false;
      case Stmt.Evaluate s -> false;
      case Stmt.If s -> false;
      case Stmt.While s -> false;
      case Stmt.Break s -> false;
      case Stmt.Continue s -> false;
      case Stmt.ThreadGroup s -> false;
      case Stmt.Block s -> false;
    };
  }
}
