/** Questions about functions: which regions a block accesses, whether a function is well formed. */
@NullMarked
package dev.weft.tir.analysis;

import org.jspecify.annotations.NullMarked;
