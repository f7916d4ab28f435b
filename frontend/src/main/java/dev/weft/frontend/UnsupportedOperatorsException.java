package dev.weft.frontend;

import java.util.List;
import java.util.stream.Collectors;

/** A model has nodes that Weft can't compile; the message lists all of them. */
public final class UnsupportedOperatorsException extends ImportException {
  private static final long serialVersionUID = 1L;

  private final transient List<UnsupportedNode> nodes;

  /**
   * @param nodes all of the model's unsupported nodes
   * @param where the model
   */
  public UnsupportedOperatorsException(List<UnsupportedNode> nodes, String where) {
    super(
        (nodes.size() == 1 ? "1 node is" : nodes.size() + " nodes are")
            + " not supported: "
            + nodes.stream().map(UnsupportedNode::toString).collect(Collectors.joining(", ")),
        where,
        "");
    this.nodes = List.copyOf(nodes);
  }

  /** All of the model's unsupported nodes, in the order of the model. */
  public List<UnsupportedNode> nodes() {
    return nodes;
  }
}
