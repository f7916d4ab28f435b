/**
 * Traces: what was done to a module, instruction by instruction, in the form that Apache TVM 0.18
 * writes as JSON. A {@link dev.weft.tir.schedule.trace.Trace} can be recorded, written, read and
 * replayed on a fresh schedule.
 */
@NullMarked
package dev.weft.tir.schedule.trace;

import org.jspecify.annotations.NullMarked;
