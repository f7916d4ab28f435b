package dev.weft.graph;

/** How many dimensions a tensor has, or how many axes there are, is known only at run time. */
public final class UnknownRankException extends TypeException {
  private static final long serialVersionUID = 1L;

  UnknownRankException(GraphType type, String where) {
    super("a number of dimensions or axes that is known only at run time: " + type, where);
  }
}
