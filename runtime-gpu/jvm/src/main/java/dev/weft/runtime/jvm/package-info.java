/** The device that needs no driver: kernels as JVM bytecode. */
@NullMarked
package dev.weft.runtime.jvm;

import org.jspecify.annotations.NullMarked;
