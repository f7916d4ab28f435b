/**
 * The schedule primitives, one file each: what it does with a before and after, the conditions
 * under which it keeps what the function computes, the rewrite.
 */
@NullMarked
package dev.weft.tir.schedule.primitive;

import org.jspecify.annotations.NullMarked;
