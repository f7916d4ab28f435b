/** The kernels that must always work on every backend. */
@NullMarked
package dev.weft.kernels;

import org.jspecify.annotations.NullMarked;
