package dev.weft.tir.structural;

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
        + left
        + " against "
        + right;
  }

  @Override
  public String toString() {
    return describe();
  }
}
