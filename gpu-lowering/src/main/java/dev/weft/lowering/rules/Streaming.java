package dev.weft.lowering.rules;

import dev.weft.lowering.StreamingStores;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.OptionalLong;

/** Results that no cache can keep for whoever reads them next. */
final class Streaming {
  /** Bytes of a tensor of which little would still be in a last cache when it is complete. */
  private static final long LARGE = 8 << 20;

  private Streaming() {}

  /**
   * Lets the vectors that a block writes go past the caches of a CPU if the tensor is large: the
   * loop around its innermost one, which makes vectors, is annotated.
   */
  static void mark(Schedule schedule, BlockRef block, Target target) {
    Buffer output = BlockInfo.of(schedule, block).output();
    List<LoopRef> loops = schedule.getLoops(block);
    if (!target.isCpu() || output == null || bytes(output) < LARGE || loops.size() < 2) {
      return;
    }
    LoopRef around = loops.get(loops.size() - 2);
    boolean inVectors = kind(schedule, loops.getLast()) == ForKind.VECTORIZED;
    if (inVectors && kind(schedule, around) == ForKind.SERIAL) {
      schedule.annotate(around, StreamingStores.KEY, 1);
    }
  }

  private static ForKind kind(Schedule schedule, LoopRef loop) {
    return schedule.state().loop(loop).stmt().kind();
  }

  /** The size; 0 if it is not known. */
  private static long bytes(Buffer buffer) {
    long bytes = buffer.dtype().bytes();
    for (Expr extent : buffer.shape()) {
      OptionalLong size = BlockInfo.constant(extent);
      if (size.isEmpty()) {
        return 0;
      }
      bytes *= size.getAsLong();
    }
    return bytes;
  }
}
