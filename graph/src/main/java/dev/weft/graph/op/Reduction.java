package dev.weft.graph.op;

/** What a {@link Reduce} takes of the elements. */
public enum Reduction {
  /** The sum; 0 of nothing. */
  SUM,
  /** The sum divided by the number of elements, truncating on integers. */
  MEAN,
  /** The product; 1 of nothing. */
  PROD,
  /** The greatest; the least number of the type (minus infinity) of nothing. */
  MAX,
  /** The least; the greatest number of the type (infinity) of nothing. */
  MIN
}
