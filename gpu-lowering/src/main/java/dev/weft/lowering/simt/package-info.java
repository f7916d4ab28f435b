/**
 * The SIMT interpreter: runs kernels in device form as a grid of blocks of threads, reports what
 * real devices would leave undefined, and counts what makes kernels slow.
 *
 * <p>{@link dev.weft.lowering.simt.SimtKernel} compiles a kernel once to a tree of closures, each
 * of which computes the values of all threads of a block at once; threads that don't take part are
 * masked. Blocks run one after the other.
 */
@NullMarked
package dev.weft.lowering.simt;

import org.jspecify.annotations.NullMarked;
