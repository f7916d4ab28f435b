/**
 * The text form of graphs, out and in: {@link dev.weft.graph.text.GraphPrinter} and {@link
 * dev.weft.graph.text.GraphParser}.
 */
@NullMarked
package dev.weft.graph.text;

import org.jspecify.annotations.NullMarked;
