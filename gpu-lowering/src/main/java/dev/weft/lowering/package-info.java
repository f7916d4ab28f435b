/**
 * From scheduled TensorIR to kernel plans: default schedules, the ordered list of lowering passes,
 * and the SIMT interpreter that checks what they produce.
 */
@NullMarked
package dev.weft.lowering;

import org.jspecify.annotations.NullMarked;
