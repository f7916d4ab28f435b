/** What an application imports: load a model, compile it for a device, run it. */
@NullMarked
package dev.weft;

import org.jspecify.annotations.NullMarked;
