package dev.weft.tir;

import java.util.List;

/** The checks of the nodes' constructors. */
final class Checks {
  private Checks() {}

  static void require(boolean holds, String format, Object... args) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(format, args));
    }
  }

  static void indices(String node, Buffer buffer, List<Expr> indices) {
    require(
        indices.size() == buffer.rank(),
        "%s of '%s' has %s indices, the buffer %s dimensions",
        node,
        buffer.name(),
        indices.size(),
        buffer.rank());
    for (int i = 0; i < indices.size(); i++) {
      boolean last = i == indices.size() - 1;
      require(
          indices.get(i).dtype().isInt() && (last || indices.get(i).dtype().lanes() == 1),
          "%s of '%s': index %s must be an integer%s, got %s",
          node,
          buffer.name(),
          i,
          last ? "" : " scalar",
          indices.get(i).dtype());
    }
  }

  static void sameType(String node, Var var, Expr value) {
    require(
        var.dtype().equals(value.dtype()),
        "%s gives '%s' of type %s a value of type %s",
        node,
        var.name(),
        var.dtype(),
        value.dtype());
  }
}
