/** SPIR-V modules built from lowered kernels. Empty so far. */
@NullMarked
package dev.weft.codegen.spirv;

import org.jspecify.annotations.NullMarked;
