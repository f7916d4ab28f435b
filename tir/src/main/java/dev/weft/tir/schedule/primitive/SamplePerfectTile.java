package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Expr;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.RandomEngine;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws the factors of a split that leaves nothing over.
 *
 * <p>Arguments: the loop; how many factors; the greatest value of the innermost one, or -1 for any;
 * optionally a decision, the factors to use.
 *
 * <p>Every product of so many factors that is the loop's extent is as likely as the others; those
 * with too large an innermost factor are drawn again. Where the extent is no constant, the
 * outermost factor is -1, which {@code split} works out, and the others are 1. A decision that was
 * made for another extent is repaired from the inside out: a factor that does not divide what is
 * left is replaced by all of it, and the outermost takes the rest.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>there is a factor at least, two where the innermost is limited,
 *   <li>the limit is -1 or positive,
 *   <li>a decision has as many factors as wanted.
 * </ol>
 *
 * <pre>
 * for j in range(16):   samplePerfectTile(j, 3, 8)   →   (4, 2, 2)
 * </pre>
 */
public final class SamplePerfectTile {
  private static final String NAME = "samplePerfectTile";

  private SamplePerfectTile() {}

  /** See the class. */
  public static List<Long> apply(
      ScheduleState state,
      RandomEngine random,
      LoopRef ref,
      int parts,
      int maxInnermostFactor,
      @Nullable List<Long> decision) {
    Site.Loop loop = state.loop(ref);
    if (parts < (maxInnermostFactor == -1 ? 1 : 2)) {
      throw state.refuse(NAME, "a tile of " + parts + " factors leaves no choice", loop);
    }
    if (maxInnermostFactor != -1 && maxInnermostFactor < 1) {
      throw state.refuse(
          NAME,
          "the limit of the innermost factor is "
              + maxInnermostFactor
              + ", not 1 or more, or -1 for none",
          loop);
    }
    if (decision != null && decision.size() != parts) {
      throw state.refuse(
          NAME,
          "the decision " + decision + " has " + decision.size() + " factors, not " + parts,
          loop);
    }
    if (!(loop.stmt().extent() instanceof Expr.IntImm extent)) {
      return Tilings.open(parts);
    }
    if (decision != null) {
      return Tilings.repair(decision, extent.value());
    }
    List<Long> factors = Tilings.draw(random, extent.value(), parts);
    while (maxInnermostFactor != -1 && factors.getLast() > maxInnermostFactor) {
      factors = Tilings.draw(random, extent.value(), parts);
    }
    return factors;
  }
}
