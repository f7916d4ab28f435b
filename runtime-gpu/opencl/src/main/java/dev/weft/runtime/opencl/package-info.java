/**
 * OpenCL devices through JOCL, found through {@link java.util.ServiceLoader}. {@link
 * dev.weft.runtime.opencl.OpenClLibrary} decides whether a JOCL class may be touched at all.
 */
@NullMarked
package dev.weft.runtime.opencl;

import org.jspecify.annotations.NullMarked;
