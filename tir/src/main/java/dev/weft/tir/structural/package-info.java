/** Comparing and hashing IR by structure, up to a renaming of bound variables and buffers. */
@NullMarked
package dev.weft.tir.structural;

import org.jspecify.annotations.NullMarked;
