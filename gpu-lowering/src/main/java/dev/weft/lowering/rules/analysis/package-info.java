/** What a block does, read off its axes and accesses. */
@NullMarked
package dev.weft.lowering.rules.analysis;

import org.jspecify.annotations.NullMarked;
