/** Runs test folders in the layout of the ONNX backend tests. */
@NullMarked
package dev.weft.cli.conformance;

import org.jspecify.annotations.NullMarked;
