/** From a graph of kernel calls to a launch plan: buffers, lifetimes, memory, instructions. */
@NullMarked
package dev.weft.compiler.plan;

import org.jspecify.annotations.NullMarked;
