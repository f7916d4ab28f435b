package dev.weft.tir.arith;

/**
 * The values {@code coeff * k + base} for all integers k. A coeff of 0 is the single value base, a
 * coeff of 1 is every value.
 *
 * @param coeff the step, at least 0
 * @param base the remainder, in {@code [0, coeff)} where coeff is positive
 */
public record ModularSet(long coeff, long base) {
  /** Every value. */
  public static final ModularSet EVERYTHING = new ModularSet(1, 0);

  /** Brings coeff and base into range. */
  public ModularSet {
    coeff = coeff == Long.MIN_VALUE ? 1 : Math.abs(coeff);
    base = coeff == 0 ? base : Math.floorMod(base, coeff);
  }

  /** One value. */
  public static ModularSet point(long value) {
    return new ModularSet(0, value);
  }

  /** Whether every value leaves the same remainder, {@code base mod divisor}, by the divisor. */
  public boolean fixes(long divisor) {
    return coeff % divisor == 0;
  }

  ModularSet plus(ModularSet y) {
    long sum = base + y.base;
    boolean overflow = ((base ^ sum) & (y.base ^ sum)) < 0;
    return overflow ? EVERYTHING : new ModularSet(gcd(coeff, y.coeff), sum);
  }

  ModularSet times(ModularSet y) {
    try {
      // (p*k + r) * (q*l + s) = pq*kl + ps*k + qr*l + rs
      long pq = Math.multiplyExact(coeff, y.coeff);
      long ps = Math.multiplyExact(coeff, y.base);
      long qr = Math.multiplyExact(y.coeff, base);
      return new ModularSet(gcd(pq, gcd(ps, qr)), Math.multiplyExact(base, y.base));
    } catch (ArithmeticException tooLarge) {
      return EVERYTHING;
    }
  }

  /** {@code floor(x / c)} for positive c. */
  ModularSet floorDiv(long c) {
    return coeff % c == 0 ? new ModularSet(coeff / c, Math.floorDiv(base, c)) : EVERYTHING;
  }

  /** {@code x mod c} for positive c. */
  ModularSet floorMod(long c) {
    if (coeff % c == 0) {
      return point(Math.floorMod(base, c));
    }
    return new ModularSet(gcd(coeff, c), base);
  }

  /** The least set around both. */
  public ModularSet union(ModularSet y) {
    long difference = base - y.base;
    boolean overflow = ((base ^ y.base) & (base ^ difference)) < 0;
    return overflow
        ? EVERYTHING
        : new ModularSet(gcd(gcd(coeff, y.coeff), Math.abs(difference)), base);
  }

  static long gcd(long a, long b) {
    long x = Math.abs(a);
    long y = Math.abs(b);
    while (y != 0) {
      long r = x % y;
      x = y;
      y = r;
    }
    return x;
  }
}
