/** The compiled model as one {@code .weft} file, and its weights. */
@NullMarked
package dev.weft.runtime.artifact;

import org.jspecify.annotations.NullMarked;
