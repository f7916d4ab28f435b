/** Benchmarks of the compiler itself ({@code ./dev jmh}); those of what it makes: weft bench. */
@NullMarked
package dev.weft.kernels.jmh;

import org.jspecify.annotations.NullMarked;
