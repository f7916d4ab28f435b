package dev.weft.tir.arith;

/** How much is asked of an iterator map. */
public enum IterMapLevel {
  /** Indices are sums of digits; digits may overlap or be missing. */
  NO_CHECK,
  /** Every combination of index values occurs, perhaps more than once. */
  SURJECTIVE,
  /** Every combination of index values occurs exactly once. */
  BIJECTIVE
}
