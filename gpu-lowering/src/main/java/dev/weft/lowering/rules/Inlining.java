package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Inlines element-wise producers where that repeats no work worth keeping: into element-wise
 * consumers, and into reductions that use each element once. What feeds a sum of products stays a
 * stage of its own, since its elements are used many times.
 */
final class Inlining {
  private Inlining() {}

  /** Inlines until nothing changes. */
  static void apply(Schedule schedule) {
    Set<BlockRef> refused = new HashSet<>();
    for (boolean changed = true; changed; ) {
      changed = false;
      for (BlockRef ref : DefaultSchedules.blocks(schedule)) {
        BlockInfo block = BlockInfo.of(schedule, ref);
        if (refused.contains(ref) || block.isBound() || !isWorthwhile(schedule, ref, block)) {
          continue;
        }
        try {
          schedule.computeInline(ref);
          changed = true;
          break;
        } catch (ScheduleException e) {
          // Output blocks and the like: they stay stages. The primitive says so best.
          refused.add(ref);
        }
      }
    }
  }

  private static boolean isWorthwhile(Schedule schedule, BlockRef ref, BlockInfo block) {
    if (!block.isInjective() || isParameter(schedule, block)) {
      return false;
    }
    List<BlockInfo> consumers = new ArrayList<>();
    for (BlockRef consumer : schedule.getConsumers(ref)) {
      BlockInfo info = BlockInfo.of(schedule, consumer);
      if (info.isBound()) {
        return false;
      }
      consumers.add(info);
    }
    if (consumers.isEmpty() || (consumers.size() > 1 && !isCheap(block))) {
      return false;
    }
    return consumers.stream().allMatch(consumer -> isWorthwhile(block, consumer));
  }

  private static boolean isParameter(Schedule schedule, BlockInfo block) {
    return schedule.function().paramBuffers().contains(block.output());
  }

  private static boolean isWorthwhile(BlockInfo producer, BlockInfo consumer) {
    List<Expr.Load> uses =
        consumer.loads().stream().filter(load -> load.buffer() == producer.output()).toList();
    if (consumer.isInjective()) {
      return isCheap(producer) || uses.size() <= 1;
    }
    return consumer.isReduction()
        && Contraction.of(consumer) == null
        && uses.size() == 1
        && usesEachElementOnce(uses.getFirst(), consumer);
  }

  /** Whether two instances of the block never read the same element. */
  private static boolean usesEachElementOnce(Expr.Load use, BlockInfo consumer) {
    Set<Object> plain = new HashSet<>(use.indices());
    for (IterVar axis : consumer.axes()) {
      boolean matters = BlockInfo.extent(axis).orElse(2) > 1;
      if (matters && !plain.contains(axis.var())) {
        return false;
      }
    }
    return true;
  }

  /** At most one load, and neither a call nor a division: cheaper than the memory it would use. */
  private static boolean isCheap(BlockInfo block) {
    if (block.loads().size() > 1 || block.store() == null) {
      return false;
    }
    boolean[] cheap = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        boolean division =
            node instanceof Expr.Binary binary
                && binary.dtype().isFloat()
                && binary.op() == BinaryOp.DIV;
        if (node instanceof Expr.Call || division) {
          cheap[0] = false;
        }
        super.expr(node);
      }
    }.expr(block.store().value());
    return cheap[0];
  }
}
