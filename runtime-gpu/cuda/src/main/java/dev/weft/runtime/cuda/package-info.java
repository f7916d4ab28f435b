/**
 * CUDA: NVRTC and nvcc as compilers that need no device, and devices through the driver API. Both
 * libraries are looked for when they are first needed, never by a class initialiser.
 */
@NullMarked
package dev.weft.runtime.cuda;

import org.jspecify.annotations.NullMarked;
