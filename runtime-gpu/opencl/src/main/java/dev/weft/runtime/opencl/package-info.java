/** OpenCL devices through JOCL, found through {@link java.util.ServiceLoader}. */
@NullMarked
package dev.weft.runtime.opencl;

import org.jspecify.annotations.NullMarked;
