/**
 * The graph IR of whole models: typed nodes with possibly symbolic shapes, passes over them, and
 * the operator inventory that gives each operator's tensor expression.
 */
@NullMarked
package dev.weft.graph;

import org.jspecify.annotations.NullMarked;
