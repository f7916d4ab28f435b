package dev.weft.tir.script;

import java.util.List;

/**
 * How to print.
 *
 * @param dialect the spelling of blocks
 * @param underline nodes (statements, expressions) to mark with carets in a comment below the line
 *     that they stand in; found by identity
 */
public record PrintOptions(Dialect dialect, List<Object> underline) {
  /** {@code T.block}, nothing underlined. */
  public static final PrintOptions DEFAULT = new PrintOptions(Dialect.BLOCK, List.of());

  /** Copies the list. */
  public PrintOptions {
    underline = List.copyOf(underline);
  }

  /** The same in another dialect. */
  public PrintOptions in(Dialect newDialect) {
    return new PrintOptions(newDialect, underline);
  }

  /** The same with nodes underlined. */
  public PrintOptions underlining(Object... nodes) {
    return new PrintOptions(dialect, List.of(nodes));
  }
}
