/** What the tests of every C-like backend need. */
@NullMarked
package dev.weft.codegen.c.testing;

import org.jspecify.annotations.NullMarked;
