package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Whatever no other rule takes: the outer loops that only spatial axes depend on are spread over
 * the device; if there are none, one thread does everything.
 */
final class Fallback implements ScheduleRule {
  private static final int GPU_THREADS = 64;

  @Override
  public String name() {
    return "fallback";
  }

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    List<LoopRef> loops = schedule.getLoops(block);
    if (loops.isEmpty()) {
      schedule.bind(schedule.addUnitLoop(block), ThreadTag.BLOCK_IDX_X);
      return true;
    }
    List<LoopRef> spatial = spatialLoops(schedule, loops);
    if (!spatial.isEmpty()) {
      LoopRef fused = spatial.size() == 1 ? spatial.getFirst() : schedule.fuse(spatial, true);
      Loops.spread(schedule, fused, target.isCpu() ? 1 : GPU_THREADS, target.isCpu());
      return true;
    }
    schedule.bind(schedule.addUnitLoop(loops.getFirst()), ThreadTag.BLOCK_IDX_X);
    return true;
  }

  /** The outermost loops, one directly in the other, that only spatial axes depend on. */
  private static List<LoopRef> spatialLoops(Schedule schedule, List<LoopRef> loops) {
    List<Site.Block> blocks = schedule.state().loop(loops.getFirst()).childBlocks();
    List<LoopRef> spatial = new ArrayList<>();
    for (LoopRef ref : loops) {
      Site.Loop loop = schedule.state().loop(ref);
      if (!isSpatial(loop, blocks)) {
        break;
      }
      spatial.add(ref);
      if (loop.children().size() != 1) {
        break;
      }
    }
    return spatial;
  }

  private static boolean isSpatial(Site.Loop loop, List<Site.Block> blocks) {
    Var var = loop.stmt().var();
    for (Site.Block site : blocks) {
      BlockInfo block = BlockInfo.of(site);
      List<Expr> values = site.stmt().iterValues();
      boolean used = false;
      for (int i = 0; i < values.size(); i++) {
        if (Affine.uses(values.get(i), var)) {
          used = true;
          IterVar axis = block.axes().get(i);
          if (axis.kind() != IterVar.Kind.SPATIAL || !block.keepsApart(axis)) {
            return false;
          }
        }
      }
      if (!used && !loop.stmt().extent().isConst(1)) {
        return false;
      }
    }
    return loop.stmt().annotations().isEmpty();
  }
}
