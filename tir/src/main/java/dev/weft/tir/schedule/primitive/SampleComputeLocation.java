package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.RandomEngine;
import dev.weft.tir.schedule.Sampled;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws a place where a block can be computed: in its consumers, where it is, or under a loop.
 *
 * <p>Arguments: the block; optionally a decision: -2 inline, -1 where it is, from 0 on the position
 * of a loop among those around the first consumer. A decision that is not possible (any more) falls
 * back to the nearest possible one before it, or else to -1.
 *
 * <p>What is drawn is handed to {@code computeAt}, which then inlines the block, leaves it where it
 * is or moves it. Candidates are -2 if {@code computeInline} accepts the block, -1, and the loops
 * around its consumers which {@code computeAt} accepts, except loops of one iteration, spatial
 * loops within a reduction loop, and reduction loops within which there is no spatial loop.
 *
 * <p>Conditions: the block is not a function's root.
 *
 * <pre>
 * sampleComputeLocation(B)   →   the loop i around C, which reads what B writes
 * </pre>
 */
public final class SampleComputeLocation {
  private static final String NAME = "sampleComputeLocation";
  private static final long INLINE = -2;
  private static final long ROOT = -1;

  private SampleComputeLocation() {}

  /** See the class. */
  public static Sampled<Long, LoopRef> apply(
      ScheduleState state, RandomEngine random, BlockRef ref, @Nullable Long decision) {
    List<Sampled<Long, LoopRef>> candidates = candidates(state, ref);
    if (decision == null) {
      return candidates.get(random.nextInt(candidates.size()));
    }
    Sampled<Long, LoopRef> chosen = new Sampled<>(ROOT, LoopRef.of(LoopRef.Place.ROOT));
    for (Sampled<Long, LoopRef> candidate : candidates) {
      if (candidate.decision() <= decision) {
        chosen = candidate;
      }
    }
    return chosen;
  }

  /** In ascending order of the decisions. */
  private static List<Sampled<Long, LoopRef>> candidates(ScheduleState state, BlockRef ref) {
    List<Sampled<Long, LoopRef>> result = new ArrayList<>();
    Site.Block block = state.block(ref);
    Site.Block scope = new Conditions(NAME, state).scope(block);
    if (accepts(() -> ComputeInline.apply(state, ref))) {
      result.add(new Sampled<>(INLINE, LoopRef.of(LoopRef.Place.INLINE)));
    }
    result.add(new Sampled<>(ROOT, LoopRef.of(LoopRef.Place.ROOT)));
    List<Site.Block> consumers = state.scope(scope).consumers(block);
    if (consumers.isEmpty()) {
      return result;
    }
    List<Site.Loop> shared =
        consumers.getFirst().loopsAround().stream()
            .filter(loop -> consumers.stream().allMatch(loop::contains))
            .toList();
    int lastSpatial = -1;
    for (int i = 0; i < shared.size(); i++) {
      lastSpatial = isSpatial(shared.get(i)) ? i : lastSpatial;
    }
    boolean withinReduction = false;
    for (int i = 0; i < shared.size(); i++) {
      Site.Loop loop = shared.get(i);
      if (loop.stmt().extent().isConst(1)) {
        continue;
      }
      boolean spatial = isSpatial(loop);
      if (spatial ? withinReduction : i > lastSpatial) {
        break;
      }
      withinReduction |= !spatial;
      LoopRef target = loop.ref();
      if (accepts(() -> ComputeAt.apply(state, ref, target, false, -1))) {
        result.add(new Sampled<>((long) i, target));
      }
    }
    return result;
  }

  private static boolean accepts(Runnable step) {
    try {
      step.run();
      return true;
    } catch (ScheduleException e) {
      return false;
    }
  }

  /** Whether the axes that are bound to a loop are all spatial. */
  private static boolean isSpatial(Site.Loop loop) {
    for (Site.Block block : loop.childBlocks()) {
      List<IterVar> axes = block.block().iterVars();
      for (int i = 0; i < axes.size(); i++) {
        Expr value = block.stmt().iterValues().get(i);
        if (axes.get(i).kind() != IterVar.Kind.SPATIAL && Vars.uses(value, loop.stmt().var())) {
          return false;
        }
      }
    }
    return true;
  }
}
