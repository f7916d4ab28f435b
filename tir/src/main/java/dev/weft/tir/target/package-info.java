/** What code is compiled for: {@link dev.weft.tir.target.Target}, its limits and capabilities. */
@NullMarked
package dev.weft.tir.target;

import org.jspecify.annotations.NullMarked;
