/**
 * What every module shares: data types, symbolic sizes, shapes, host tensors and the typed errors.
 *
 * <p>Depends on nothing of Weft's. A deployed application has this module and {@code
 * runtime-gpu/core}, no compiler.
 */
@NullMarked
package dev.weft.base;

import org.jspecify.annotations.NullMarked;
