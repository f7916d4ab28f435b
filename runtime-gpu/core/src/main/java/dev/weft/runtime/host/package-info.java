/** Devices whose memory is the host's: bytecode, interpreters, test fixtures. */
@NullMarked
package dev.weft.runtime.host;

import org.jspecify.annotations.NullMarked;
