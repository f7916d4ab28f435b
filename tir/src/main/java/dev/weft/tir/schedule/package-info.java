/**
 * Scheduling: {@link dev.weft.tir.schedule.Schedule} transforms a TensorIR function step by step,
 * each step a primitive that keeps what the function computes, or refuses with a {@link
 * dev.weft.tir.schedule.ScheduleException}.
 *
 * <p>The state is immutable ({@link dev.weft.tir.schedule.ScheduleState}); each primitive, a class
 * of its own in {@code dev.weft.tir.schedule.primitive}, makes a new one. The user holds {@link
 * dev.weft.tir.schedule.BlockRef}s and {@link dev.weft.tir.schedule.LoopRef}s, which follow their
 * statement through all rewrites.
 */
@NullMarked
package dev.weft.tir.schedule;

import org.jspecify.annotations.NullMarked;
