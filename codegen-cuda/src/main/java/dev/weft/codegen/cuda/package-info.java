/** CUDA C, as a table over the shared C renderer. Empty so far. */
@NullMarked
package dev.weft.codegen.cuda;

import org.jspecify.annotations.NullMarked;
