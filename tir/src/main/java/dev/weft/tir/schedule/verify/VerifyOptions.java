package dev.weft.tir.schedule.verify;

import dev.weft.tir.Ordered;
import java.util.Map;

/**
 * How the steps of a schedule are verified.
 *
 * @param workLimit a function is run only if it carries out at most about so many statements and
 *     allocates at most so many elements (an estimate from its loops' extents); steps on larger
 *     functions are accepted unverified, and {@link StepVerifier#unverified} tells so
 * @param sizes values of symbolic sizes and scalar parameters by name; the others are chosen: small
 *     primes, then 16, then 1, one run each
 */
public record VerifyOptions(long workLimit, Map<String, Long> sizes) {
  /** Functions that are run in a few seconds at most; all sizes chosen. */
  public static final VerifyOptions DEFAULT = new VerifyOptions(20_000_000, Map.of());

  /** Checks the limit, copies the map. */
  public VerifyOptions {
    if (workLimit < 1) {
      throw new IllegalArgumentException("workLimit must be positive, got " + workLimit);
    }
    sizes = Ordered.copyOf(sizes);
  }

  /** The same with another limit. */
  public VerifyOptions upTo(long newWorkLimit) {
    return new VerifyOptions(newWorkLimit, sizes);
  }

  /** The same with given sizes. */
  public VerifyOptions withSizes(Map<String, Long> newSizes) {
    return new VerifyOptions(workLimit, newSizes);
  }
}
