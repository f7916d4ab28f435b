package dev.weft.lowering.simt;

/** A compiled floating-point value; laid out as {@link Longs}. */
interface Doubles {
  double[] eval();
}
