/** JVM bytecode built from lowered kernels with the Class-File API. Empty so far. */
@NullMarked
package dev.weft.codegen.jvm;

import org.jspecify.annotations.NullMarked;
