package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.RandomEngine;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws the factors of a split that leaves nothing over, the inner ones with a product that is a
 * multiple of a number.
 *
 * <p>Arguments: the loop; how many factors; the position of the first inner one; what their product
 * must be a multiple of; optionally a decision, the factors to use.
 *
 * <p>Where the extent is no constant or no multiple of that number, the outermost factor is -1,
 * which {@code split} works out, and the others are 1. A decision that does not fit is replaced by
 * the plainest one that does: the number as the innermost factor, the rest as the outermost.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>there are two factors at least,
 *   <li>the position is from 1 to the number of factors less 1, the number positive; or the
 *       position is 0 and the number 1, which is {@link SamplePerfectTile},
 *   <li>a decision has as many factors as wanted.
 * </ol>
 *
 * <pre>
 * for k in range(24):   samplePartitionedTile(k, 3, 1, 4)   →   (3, 4, 2)
 * </pre>
 */
public final class SamplePartitionedTile {
  private static final String NAME = "samplePartitionedTile";

  private SamplePartitionedTile() {}

  /** See the class. */
  public static List<Long> apply(
      ScheduleState state,
      RandomEngine random,
      LoopRef ref,
      int parts,
      int partition,
      int innerMultiple,
      @Nullable List<Long> decision) {
    Site.Loop loop = state.loop(ref);
    if (partition == 0 && innerMultiple == 1) {
      return SamplePerfectTile.apply(state, random, ref, parts, -1, decision);
    }
    if (parts < 2 || partition < 1 || partition >= parts || innerMultiple < 1) {
      throw state.refuse(
          NAME,
          parts
              + " factors can't have a product of multiples of "
              + innerMultiple
              + " from position "
              + partition
              + " on",
          loop);
    }
    if (decision != null && decision.size() != parts) {
      throw state.refuse(
          NAME,
          "the decision " + decision + " has " + decision.size() + " factors, not " + parts,
          loop);
    }
    if (!(loop.stmt().extent() instanceof Expr.IntImm extent)
        || extent.value() % innerMultiple != 0) {
      return Tilings.open(parts);
    }
    if (decision != null) {
      return fits(decision, extent.value(), partition, innerMultiple)
          ? decision
          : plainest(extent.value(), parts, innerMultiple);
    }
    List<Long> factors = Tilings.draw(random, extent.value(), parts);
    while (!fits(factors, extent.value(), partition, innerMultiple)) {
      factors = Tilings.draw(random, extent.value(), parts);
    }
    return factors;
  }

  private static boolean fits(List<Long> factors, long extent, int partition, int innerMultiple) {
    if (factors.stream().anyMatch(factor -> factor < 1)) {
      return false;
    }
    long inner = product(factors.subList(partition, factors.size()));
    return inner % innerMultiple == 0 && inner * product(factors.subList(0, partition)) == extent;
  }

  private static long product(List<Long> factors) {
    return factors.stream().reduce(1L, (a, b) -> a * b);
  }

  private static List<Long> plainest(long extent, int parts, int innerMultiple) {
    List<Long> factors = new ArrayList<>(Collections.nCopies(parts, 1L));
    factors.set(0, extent / innerMultiple);
    factors.set(parts - 1, (long) innerMultiple);
    return factors;
  }
}
