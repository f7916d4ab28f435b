/** The importer of ONNX models, and ONNX's tensor files. */
@NullMarked
package dev.weft.frontend.onnx;

import org.jspecify.annotations.NullMarked;
