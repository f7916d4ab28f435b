/**
 * The build driver: graph to fused functions, to schedules, to kernel plans, to an artifact; and
 * the {@code interpreter} and {@code simt} devices.
 */
@NullMarked
package dev.weft.compiler;

import org.jspecify.annotations.NullMarked;
