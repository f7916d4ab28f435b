/**
 * Schedules for functions that nobody scheduled. {@link dev.weft.lowering.rules.DefaultSchedules}
 * picks, block by block, the first {@link dev.weft.lowering.rules.ScheduleRule} that fits; rules
 * look at what a block does (the kinds of its axes, how it reads and writes), never at its name,
 * and use public schedule primitives only.
 */
@NullMarked
package dev.weft.lowering.rules;

import org.jspecify.annotations.NullMarked;
