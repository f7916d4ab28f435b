package dev.weft.graph.op;

/**
 * What fusion needs to know of an operator: how its output's elements depend on its inputs'. The
 * order counts: an operator that comes earlier can be fused in more places.
 */
public enum PatternKind {
  /** Output element i needs element i of each input. */
  ELEMENTWISE,
  /** Output element i needs the element of each input whose indices are some of i's, in order. */
  BROADCAST,
  /** Output element i needs one element of each input, at indices worked out from i's. */
  INJECTIVE,
  /** A commutative reduction of the input. */
  REDUCTION,
  /** Anything whose output is written element by element, so that a tail can be appended. */
  OUT_FUSABLE,
  /** Makes a tuple or takes one apart. */
  TUPLE,
  /** Nothing is known: never fused. */
  OPAQUE;

  /** Whether this comes before {@code other} or is the same. */
  public boolean atMost(PatternKind other) {
    return compareTo(other) <= 0;
  }

  /** The later of two. */
  public static PatternKind max(PatternKind a, PatternKind b) {
    return a.atMost(b) ? b : a;
  }
}
