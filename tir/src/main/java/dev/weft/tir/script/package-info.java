/**
 * TVMScript, the textual form of TensorIR: a printer and a reader. {@link
 * dev.weft.tir.script.TvmScript} is the way in.
 */
@NullMarked
package dev.weft.tir.script;

import org.jspecify.annotations.NullMarked;
