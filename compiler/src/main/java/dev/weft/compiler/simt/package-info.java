/**
 * The device {@code simt}: runs lowered kernels on the SIMT interpreter, as on a GPU with warps of
 * 32 threads and 48 KiB of shared memory. A kernel with findings fails its launch.
 */
@NullMarked
package dev.weft.compiler.simt;

import org.jspecify.annotations.NullMarked;
