package dev.weft.tir.schedule.primitive;

import dev.weft.tir.schedule.RandomEngine;
import dev.weft.tir.schedule.ScheduleState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws one of several integers.
 *
 * <p>Arguments: the candidates; the weight of each; optionally a decision, the position of the
 * candidate to use.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>there are as many weights as candidates, one at least,
 *   <li>no weight is negative, and one is positive,
 *   <li>a decision is the position of a candidate.
 * </ol>
 *
 * <pre>
 * sampleCategorical([0, 16, 64], [0.25, 0.5, 0.25])   →   16
 * </pre>
 */
public final class SampleCategorical {
  private static final String NAME = "sampleCategorical";

  private SampleCategorical() {}

  /** See the class; gives back the position of the candidate. */
  public static int apply(
      ScheduleState state,
      RandomEngine random,
      List<Long> candidates,
      List<Double> weights,
      @Nullable Long decision) {
    if (candidates.isEmpty() || candidates.size() != weights.size()) {
      throw state.refuse(
          NAME,
          Counted.of(candidates.size(), "candidate", "candidates")
              + " can't have "
              + Counted.of(weights.size(), "weight", "weights"));
    }
    double total = weights.stream().mapToDouble(Double::doubleValue).sum();
    if (weights.stream().anyMatch(weight -> weight < 0) || !(total > 0)) {
      throw state.refuse(
          NAME, "the weights " + weights + " are not all 0 or more, with one that is more");
    }
    if (decision == null) {
      return draw(random, weights, total);
    }
    if (decision < 0 || decision >= candidates.size()) {
      throw state.refuse(
          NAME, "the decision " + decision + " is the position of no candidate in " + candidates);
    }
    return Math.toIntExact(decision);
  }

  private static int draw(RandomEngine random, List<Double> weights, double total) {
    double drawn = random.nextDouble() * total;
    int last = -1;
    for (int i = 0; i < weights.size(); i++) {
      double weight = weights.get(i);
      if (weight > 0) {
        last = i;
        if (drawn < weight) {
          return i;
        }
        drawn -= weight;
      }
    }
    // Rounding left a little over.
    return last;
  }
}
