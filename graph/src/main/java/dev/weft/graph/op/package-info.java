/**
 * The operator inventory: each operator is one record, whose components are its attributes, with a
 * type rule, a tensor expression and the pattern kind that fusion goes by.
 */
@NullMarked
package dev.weft.graph.op;

import org.jspecify.annotations.NullMarked;
