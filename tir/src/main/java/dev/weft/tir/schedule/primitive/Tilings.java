package dev.weft.tir.schedule.primitive;

import dev.weft.tir.schedule.RandomEngine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Ways to write a number as a product of factors, in order. */
final class Tilings {
  private Tilings() {}

  /**
   * Draws factors with a given product, each of the products of {@code parts} factors as likely as
   * the others: the exponent of each prime is dealt out on its own.
   */
  static List<Long> draw(RandomEngine random, long product, int parts) {
    List<Long> factors = new ArrayList<>(Collections.nCopies(parts, 1L));
    long rest = product;
    for (long prime = 2; rest > 1; prime++) {
      // What is left without a divisor up to its root is a prime itself.
      if (prime * prime > rest) {
        prime = rest;
      }
      int exponent = 0;
      while (rest % prime == 0) {
        rest /= prime;
        exponent++;
      }
      deal(random, prime, exponent, factors);
    }
    return factors;
  }

  /**
   * Deals {@code exponent} equal cards to the factors. Each way to do so is a choice of positions
   * for the separators in a row of cards and separators.
   */
  private static void deal(RandomEngine random, long prime, int exponent, List<Long> factors) {
    int separators = factors.size() - 1;
    int cards = exponent;
    int part = 0;
    while (cards > 0) {
      if (random.nextInt(cards + separators) < cards) {
        factors.set(part, factors.get(part) * prime);
        cards--;
      } else {
        part++;
        separators--;
      }
    }
  }

  /**
   * Factors that were chosen for another product, made to fit: from the innermost outwards, one
   * that does not divide what is left takes all of it, and the outermost takes the rest.
   */
  static List<Long> repair(List<Long> factors, long product) {
    List<Long> repaired = new ArrayList<>(factors);
    long rest = product;
    for (int i = factors.size() - 1; i > 0; i--) {
      long factor = factors.get(i);
      long fitting = factor > 0 && rest % factor == 0 ? factor : rest;
      repaired.set(i, fitting);
      rest /= fitting;
    }
    repaired.set(0, rest);
    return repaired;
  }

  /** The decision where a loop can't be tiled by numbers: the outermost factor is worked out. */
  static List<Long> open(int parts) {
    List<Long> factors = new ArrayList<>(Collections.nCopies(parts, 1L));
    factors.set(0, -1L);
    return factors;
  }
}
