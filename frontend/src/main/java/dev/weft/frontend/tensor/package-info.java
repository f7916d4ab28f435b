/** Tensor files of any kind, chosen by their name's ending. */
@NullMarked
package dev.weft.frontend.tensor;

import org.jspecify.annotations.NullMarked;
