/**
 * The device {@code interpreter}: runs TensorIR functions as they are, plainly, in host memory. Its
 * programs are TVMScript.
 */
@NullMarked
package dev.weft.compiler.interpreter;

import org.jspecify.annotations.NullMarked;
