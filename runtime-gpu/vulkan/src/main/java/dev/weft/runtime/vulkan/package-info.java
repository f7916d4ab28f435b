/** Vulkan devices, found through {@link java.util.ServiceLoader}. Empty so far. */
@NullMarked
package dev.weft.runtime.vulkan;

import org.jspecify.annotations.NullMarked;
