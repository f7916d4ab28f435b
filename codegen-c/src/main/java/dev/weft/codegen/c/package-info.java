/**
 * The renderer that every C-like backend shares, and the plain C target. A printer: decides
 * nothing.
 */
@NullMarked
package dev.weft.codegen.c;

import org.jspecify.annotations.NullMarked;
