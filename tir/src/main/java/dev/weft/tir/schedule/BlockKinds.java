package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Complete blocks and reduction blocks. Each question is answered with what is violated, or null if
 * the block is of the kind.
 */
public final class BlockKinds {
  private BlockKinds() {}

  /** A complete block: spatial, the only writer, not reading what it writes. */
  public static @Nullable String notComplete(Site.Block block, ScheduleState state) {
    String local = notCompleteLocally(block);
    if (local != null) {
      return local;
    }
    return isDominant(block, state) ? null : "another block writes the same buffer";
  }

  /** The conditions of a complete block that don't look at other blocks. */
  public static @Nullable String notCompleteLocally(Site.Block block) {
    for (IterVar axis : block.block().iterVars()) {
      if (axis.kind() != IterVar.Kind.SPATIAL) {
        return "axis '" + axis.var().name() + "' is not spatial";
      }
    }
    Set<Buffer> written = written(block);
    for (BufferRegion read : block.block().reads()) {
      if (written.contains(read.buffer())) {
        return "it reads '" + read.buffer().name() + "', which it writes";
      }
    }
    return null;
  }

  /** A reduction block: has an init, axes spatial or reduction, the only writer. */
  public static @Nullable String notReduction(Site.Block block, ScheduleState state) {
    String local = notReductionLocally(block, state);
    if (local != null) {
      return local;
    }
    return isDominant(block, state) ? null : "another block writes the same buffer";
  }

  /** The conditions of a reduction block that don't look at other blocks. */
  public static @Nullable String notReductionLocally(Site.Block block, ScheduleState state) {
    if (block.block().init() == null) {
      return "it has no init";
    }
    if (!state.isAffine(block)) {
      return "its binding is not affine";
    }
    Set<Var> reduced = new HashSet<>();
    for (IterVar axis : block.block().iterVars()) {
      switch (axis.kind()) {
        case SPATIAL -> {}
        case REDUCE -> reduced.add(axis.var());
        case SCAN, OPAQUE, THREAD -> {
          return "axis '" + axis.var().name() + "' is neither spatial nor reduction";
        }
      }
    }
    for (BufferRegion write : block.block().writes()) {
      for (Range range : write.region()) {
        if (Vars.usesAny(range.min(), reduced) || Vars.usesAny(range.extent(), reduced)) {
          return "a reduction axis indexes the output '" + write.buffer().name() + "'";
        }
      }
    }
    return null;
  }

  private static boolean isDominant(Site.Block block, ScheduleState state) {
    Site.Block scope = block.scope();
    return scope == null || state.scope(scope).isDominant(block);
  }

  private static Set<Buffer> written(Site.Block block) {
    Set<Buffer> written = new HashSet<>();
    block.block().writes().forEach(write -> written.add(write.buffer()));
    return written;
  }
}
