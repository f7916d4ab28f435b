/**
 * Parts of a graph that external libraries carry out: {@link dev.weft.graph.partition.Library} says
 * what one takes over and how it is called; the passes are in {@code dev.weft.graph.pass}.
 */
@NullMarked
package dev.weft.graph.partition;

import org.jspecify.annotations.NullMarked;
