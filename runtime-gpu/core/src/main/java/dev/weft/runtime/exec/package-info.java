/** Runs launch plans on devices. */
@NullMarked
package dev.weft.runtime.exec;

import org.jspecify.annotations.NullMarked;
