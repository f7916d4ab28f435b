/**
 * Random functions, random steps, and whether the steps keep what the functions compute: the fuzzer
 * of the schedule primitives.
 */
@NullMarked
package dev.weft.tir.schedule.fuzz;

import org.jspecify.annotations.NullMarked;
