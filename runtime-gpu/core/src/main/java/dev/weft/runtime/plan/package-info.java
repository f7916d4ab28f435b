/** The launch plan: what runs, in which order, in which memory, with sizes as expressions. */
@NullMarked
package dev.weft.runtime.plan;

import org.jspecify.annotations.NullMarked;
