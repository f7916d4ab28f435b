/** Comparing graphs by what they compute, whatever their variables are called. */
@NullMarked
package dev.weft.graph.structural;

import org.jspecify.annotations.NullMarked;
