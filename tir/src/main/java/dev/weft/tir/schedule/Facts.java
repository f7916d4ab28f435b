package dev.weft.tir.schedule;

/**
 * What is known about a block in its place. Both are worked out when the block first appears and
 * then go with it from state to state: primitives keep them, or have them worked out again.
 *
 * @param affine whether its binding is affine: the loops around reach each instance of the block
 *     exactly once
 * @param covered whether all that it reads of its scope's intermediate buffers has been written
 *     before, within the innermost loop that it shares with the producers
 */
record Facts(boolean affine, boolean covered) {}
