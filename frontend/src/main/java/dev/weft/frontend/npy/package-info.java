/** NumPy's tensor files. */
@NullMarked
package dev.weft.frontend.npy;

import org.jspecify.annotations.NullMarked;
