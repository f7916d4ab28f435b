/** Where a lowered graph's values are kept. */
@NullMarked
package dev.weft.graph.plan;

import org.jspecify.annotations.NullMarked;
