/**
 * Tensor intrinsics of GPUs for {@code tensorize}: what an instruction computes, as TensorIR, and
 * the calls that carry it out, which code generators print and the SIMT interpreter runs. {@link
 * dev.weft.lowering.intrin.CudaIntrins#ALL} has them by the names that TVM gives them, so that its
 * traces find them.
 */
@NullMarked
package dev.weft.lowering.intrin;

import org.jspecify.annotations.NullMarked;
