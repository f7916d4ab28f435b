package dev.weft.graph.pass;

import dev.weft.graph.Graph;

/** A named rewriting of graphs that keeps what they compute. */
public interface GraphPass {
  /** The name, for {@code --disable-pass} and dumps. */
  String name();

  /** Whether the passes behind it rely on it, so that it can't be switched off. */
  default boolean required() {
    return false;
  }

  /** The rewritten graph. */
  Graph apply(Graph graph);
}
