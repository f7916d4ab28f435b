/**
 * The reference interpreter: runs any TensorIR function in the plainest possible way and so defines
 * what is right. It shares no code with the lowering.
 *
 * <p>Loops of every kind run serially, in order; thread bindings are ordinary loops here. Floating
 * point is computed in double and rounded to its type after every operation (for +, −, ×, ÷ and √
 * of binary16 and binary32 that is the IEEE result); integers wrap around. Out-of-bounds access,
 * reads of what nobody wrote, division by zero and block axes outside their domain are reported
 * with the place.
 */
@NullMarked
package dev.weft.tir.interp;

import org.jspecify.annotations.NullMarked;
