/**
 * Operators that an application defines itself, by a tensor expression, a TVMScript function or a
 * Java function: {@link dev.weft.graph.custom.OperatorDefinition}.
 */
@NullMarked
package dev.weft.graph.custom;

import org.jspecify.annotations.NullMarked;
