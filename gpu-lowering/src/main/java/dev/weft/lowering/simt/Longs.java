package dev.weft.lowering.simt;

/**
 * A compiled integer or truth value: one for each lane of a vector and each thread of the block, at
 * {@code lane * threads + thread}. The array is good until the next evaluation of anything and
 * holds nothing meaningful for threads that are not active.
 */
interface Longs {
  long[] eval();
}
