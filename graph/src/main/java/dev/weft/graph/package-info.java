/**
 * The graph IR: whole models as functions of bindings in A-normal form over operators with typed,
 * possibly symbolic shapes.
 *
 * <p>The nodes are {@link dev.weft.graph.GraphExpr} (all of them in that file), {@link
 * dev.weft.graph.Body}, {@link dev.weft.graph.GraphFunction} and {@link dev.weft.graph.Graph}; they
 * are made with {@link dev.weft.graph.BlockBuilder} and checked by {@link
 * dev.weft.graph.WellFormed}.
 */
@NullMarked
package dev.weft.graph;

import org.jspecify.annotations.NullMarked;
