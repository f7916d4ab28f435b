/** CUDA devices, found through {@link java.util.ServiceLoader}. Empty so far. */
@NullMarked
package dev.weft.runtime.cuda;

import org.jspecify.annotations.NullMarked;
