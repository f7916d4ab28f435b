/** What tests of several packages and modules share. */
@NullMarked
package dev.weft.tir.testing;

import org.jspecify.annotations.NullMarked;
