/**
 * Tensor expressions: a tensor as a function of its indices. {@link dev.weft.tir.te.Te} makes
 * tensors and turns them into a function with one block for each computed tensor.
 */
@NullMarked
package dev.weft.tir.te;

import org.jspecify.annotations.NullMarked;
