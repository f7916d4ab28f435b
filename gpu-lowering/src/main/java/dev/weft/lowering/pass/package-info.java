/**
 * The lowering passes, one a file, in the order of {@link dev.weft.lowering.Lowering#PASSES}. Each
 * says in its Javadoc what it rewrites, before and after, in TVMScript.
 */
@NullMarked
package dev.weft.lowering.pass;

import org.jspecify.annotations.NullMarked;
