/**
 * Arithmetic on index expressions: what a value is at least and at most, what it is modulo a
 * number, its canonical form, proofs, sets of values and iterator maps. {@link
 * dev.weft.tir.arith.Analyzer} is the entry point.
 *
 * <p>int32 and int64 arithmetic is assumed not to overflow, as everywhere in index calculations;
 * what is computed from loaded data is only assumed so when its bounds prove it. Narrower and
 * unsigned integers wrap around, so little is done to them; of floats only what is exact.
 */
@NullMarked
package dev.weft.tir.arith;

import org.jspecify.annotations.NullMarked;
