/**
 * Replays the steps of a schedule against the interpreter: the function before a step and the one
 * after it are run on the same small inputs, and what they leave behind must agree.
 */
@NullMarked
package dev.weft.tir.schedule.verify;

import org.jspecify.annotations.NullMarked;
