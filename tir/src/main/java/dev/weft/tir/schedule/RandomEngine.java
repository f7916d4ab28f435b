package dev.weft.tir.schedule;

/**
 * The random numbers of a schedule: the linear congruential generator {@code x ← 48271 x mod (2³¹ −
 * 1)} (Park, Miller, Stockmeyer: "Technical correspondence", Communications of the ACM 36(7),
 * 1993), whose whole state is one number, so that what was drawn can be drawn again.
 */
public final class RandomEngine {
  private static final long MULTIPLIER = 48271;
  private static final long MODULUS = (1L << 31) - 1;
  private long state;

  /** A generator that begins with a seed. */
  public RandomEngine(long seed) {
    seed(seed);
  }

  /** Begins anew. */
  public void seed(long seed) {
    long reduced = Math.floorMod(seed, MODULUS);
    // From 0 the generator would never get away.
    state = reduced == 0 ? 1 : reduced;
  }

  /** All that decides what is drawn next. */
  public long state() {
    return state;
  }

  /** The next number, from 1 to 2³¹ − 2. */
  public long next() {
    state = state * MULTIPLIER % MODULUS;
    return state;
  }

  /** The seed of another generator, whose numbers are unrelated to those that follow here. */
  public long forkSeed() {
    return next() * 32767 % 1999999973;
  }

  /** An integer from 0 to {@code bound - 1}, each as likely as the others. */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("the bound must be positive, is " + bound);
    }
    long range = MODULUS - 1;
    long usable = range - range % bound;
    long drawn = next() - 1;
    while (drawn >= usable) {
      drawn = next() - 1;
    }
    return (int) (drawn % bound);
  }

  /** A number from 0 (included) to 1 (excluded). */
  public double nextDouble() {
    return (double) (next() - 1) / (double) (MODULUS - 1);
  }
}
