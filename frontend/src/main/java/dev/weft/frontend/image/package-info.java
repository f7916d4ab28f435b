/** Pictures as tensors. */
@NullMarked
package dev.weft.frontend.image;

import org.jspecify.annotations.NullMarked;
