/** OpenBLAS for the parts of models that were partitioned for it. */
@NullMarked
package dev.weft.runtime.openblas;

import org.jspecify.annotations.NullMarked;
