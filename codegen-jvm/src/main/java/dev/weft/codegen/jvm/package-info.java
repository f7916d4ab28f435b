/** JVM bytecode built from lowered kernels with the Class-File API. */
@NullMarked
package dev.weft.codegen.jvm;

import org.jspecify.annotations.NullMarked;
