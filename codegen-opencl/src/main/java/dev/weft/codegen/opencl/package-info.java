/** OpenCL C, as a table over the shared C renderer. */
@NullMarked
package dev.weft.codegen.opencl;

import org.jspecify.annotations.NullMarked;
