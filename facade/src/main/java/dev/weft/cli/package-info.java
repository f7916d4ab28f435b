/** The {@code weft} command line, one class per subcommand. */
@NullMarked
package dev.weft.cli;

import org.jspecify.annotations.NullMarked;
