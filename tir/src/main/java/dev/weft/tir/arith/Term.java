package dev.weft.tir.arith;

import java.util.List;

/**
 * A product {@code scale * f1 * f2 * …} of a number and one or more digits.
 *
 * @param factors the digits, in {@link TermOrder}'s order
 * @param scale the number, not 0
 */
record Term(List<Split> factors, long scale) {
  static Term of(Split factor, long scale) {
    return new Term(List.of(factor), scale);
  }

  Term withScale(long newScale) {
    return new Term(factors, newScale);
  }

  boolean isSingle() {
    return factors.size() == 1;
  }

  Split first() {
    return factors.get(0);
  }
}
