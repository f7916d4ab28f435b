/**
 * Libraries that {@code weft bench} measures next to Weft; never on an application's class path.
 */
@NullMarked
package dev.weft.peers;

import org.jspecify.annotations.NullMarked;
