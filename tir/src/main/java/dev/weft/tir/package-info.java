/**
 * TensorIR: the nodes ({@link dev.weft.tir.Expr}, {@link dev.weft.tir.Stmt}), buffers, functions
 * and modules, and the one place that knows a node's children ({@link dev.weft.tir.Children}).
 *
 * <p>Nodes are immutable records; {@link dev.weft.tir.Var} and {@link dev.weft.tir.Buffer} have
 * identity. IR is compared with {@code dev.weft.tir.structural}, never with {@code equals}.
 */
@NullMarked
package dev.weft.tir;

import org.jspecify.annotations.NullMarked;
