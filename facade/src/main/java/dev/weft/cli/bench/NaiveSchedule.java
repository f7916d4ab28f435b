package dev.weft.cli.bench;

import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a first kernel in OpenCL looks like: one work-item an element, which loops over the
 * reduction; nothing is staged, tiled or kept in registers but the loop's own sum.
 */
public final class NaiveSchedule {
  private static final int WORK_GROUP = 64;

  private NaiveSchedule() {}

  /** Schedules every block of a function whose blocks stand in loops of their own. */
  public static PrimFunc apply(PrimFunc function) {
    Schedule schedule = Schedule.of(function);
    blocks(function)
        .forEach(
            (name, spatial) -> {
              BlockRef block = schedule.getBlock(name);
              boolean reduces = schedule.getLoops(block).size() > spatial;
              // The sum in a register, as anybody would write it.
              BlockRef writer = reduces ? schedule.cacheWrite(block, 0, "local") : block;
              List<LoopRef> loops = schedule.getLoops(block);
              LoopRef element = schedule.fuse(loops.subList(0, spatial), true);
              List<LoopRef> parts = schedule.split(element, null, WORK_GROUP);
              schedule.bind(parts.get(0), "blockIdx.x");
              schedule.bind(parts.get(1), "threadIdx.x");
              if (reduces) {
                schedule.reverseComputeAt(writer, parts.get(1));
                schedule.decomposeReduction(block, loops.get(spatial));
              }
            });
    return schedule.function();
  }

  /** The blocks by name, with their number of spatial axes, which come first. */
  private static Map<String, Integer> blocks(PrimFunc function) {
    Map<String, Integer> blocks = new LinkedHashMap<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block && !block.iterVars().isEmpty()) {
          long spatial =
              block.iterVars().stream().filter(axis -> axis.kind() == IterVar.Kind.SPATIAL).count();
          blocks.put(block.name(), (int) spatial);
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return blocks;
  }
}
