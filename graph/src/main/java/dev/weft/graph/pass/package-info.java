/**
 * The passes over the graph, in the order of {@link dev.weft.graph.pass.GraphPasses}: from a model
 * as it was imported to calls of TensorIR functions.
 */
@NullMarked
package dev.weft.graph.pass;

import org.jspecify.annotations.NullMarked;
