/**
 * Search for fast schedules: tasks, design space, cost model, measuring and records. Empty so far.
 */
@NullMarked
package dev.weft.tuning;

import org.jspecify.annotations.NullMarked;
