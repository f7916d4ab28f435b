/**
 * A pattern language over graphs, and passes that rewrite what it finds: {@link
 * dev.weft.graph.pattern.RewritePass} shows one in ten lines.
 */
@NullMarked
package dev.weft.graph.pattern;

import org.jspecify.annotations.NullMarked;
