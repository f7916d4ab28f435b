/**
 * What a deployed application needs whatever its device: artifact, launch plan, device
 * interface, buffers, kernel cache and profiler.
 */
@NullMarked
package dev.weft.runtime;

import org.jspecify.annotations.NullMarked;
