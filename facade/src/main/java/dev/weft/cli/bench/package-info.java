/** Measuring: what is measured, in which order, and the peers and limits that it is compared to. */
@NullMarked
package dev.weft.cli.bench;

import org.jspecify.annotations.NullMarked;
