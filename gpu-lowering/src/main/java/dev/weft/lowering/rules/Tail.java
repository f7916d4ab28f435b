package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What writes a reduction's result to memory, once for each tile, while the sums themselves are in
 * registers: the element-wise block that consumes the result (bias, activation), or a plain copy.
 */
final class Tail {
  private Tail() {}

  /**
   * Puts the results of {@code block} into registers.
   *
   * @return the block that reads them there and writes to memory; still in loops of its own
   */
  static BlockRef split(Schedule schedule, BlockRef block) {
    return split(schedule, block, "local");
  }

  /** As {@link #split(Schedule, BlockRef)}, with the results in memory of another scope. */
  static BlockRef split(Schedule schedule, BlockRef block, String scope) {
    BlockRef consumer = consumer(schedule, block);
    if (consumer == null) {
      return schedule.cacheWrite(block, 0, scope);
    }
    schedule.setScope(block, 0, scope);
    return consumer;
  }

  /** The only consumer, if it takes each element of the result to one place. */
  static @Nullable BlockRef consumer(Schedule schedule, BlockRef block) {
    Buffer result = BlockInfo.of(schedule, block).output();
    if (result == null || schedule.function().paramBuffers().contains(result)) {
      return null;
    }
    List<BlockRef> consumers = schedule.getConsumers(block);
    if (consumers.size() != 1) {
      return null;
    }
    BlockInfo consumer = BlockInfo.of(schedule, consumers.getFirst());
    boolean fits =
        consumer.isInjective()
            && consumer.isAloneAtRoot()
            && consumer.hasOneLoopPerAxis()
            && !consumer.isBound()
            && consumer.loads().stream()
                .filter(load -> load.buffer() == result)
                .allMatch(load -> isPermutation(load, consumer.axes()));
    return fits ? consumers.getFirst() : null;
  }

  /** Whether the indices are the axes, each once, in any order; axes of extent 1 may be absent. */
  private static boolean isPermutation(Expr.Load load, List<IterVar> axes) {
    Set<Expr> indices = new HashSet<>();
    for (Expr index : load.indices()) {
      if (!index.isConst(0) && !indices.add(index)) {
        return false;
      }
    }
    for (IterVar axis : axes) {
      if (!indices.remove(axis.var()) && !axis.dom().extent().isConst(1)) {
        return false;
      }
    }
    return indices.isEmpty();
  }
}
