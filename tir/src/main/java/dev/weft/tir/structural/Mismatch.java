package dev.weft.tir.structural;

import dev.weft.tir.Expr;
import dev.weft.tir.Stmt;
import dev.weft.tir.script.TvmScript;

/**
 * The first place where two pieces of IR differ.
 *
 * @param path how to get there from the root, as in {@code body.body[1].value}
 * @param reason what differs
 * @param left what the first piece has there: a node, a name or a number
 * @param right what the second piece has there
 */
public record Mismatch(String path, String reason, Object left, Object right) {
  /** One line: place, reason and both things. */
  public String describe() {
    return (path.isEmpty() ? "at the root" : "at " + path)
        + ": "
        + reason
        + ": "
        + text(left)
        + " against "
        + text(right);
  }

  /** Nodes as in TVMScript, statements by their first line. */
  private static String text(Object thing) {
    return switch (thing) {
      case Expr e -> TvmScript.print(e);
      case Stmt s -> TvmScript.print(s).lines().findFirst().orElse("nothing");
      default -> thing.toString();
    };
  }

  @Override
  public String toString() {
    return describe();
  }
}
