package dev.weft.frontend;

/**
 * A node of a model that Weft can't compile.
 *
 * @param node the node's name in the model
 * @param op its operator, with the domain in front unless that is the standard's
 * @param opset the version of the operator set that the model is written against
 * @param reason what exactly is missing; empty if it is the whole operator
 */
public record UnsupportedNode(String node, String op, long opset, String reason) {
  @Override
  public String toString() {
    return "'"
        + node
        + "' ("
        + op
        + ", opset "
        + opset
        + (reason.isEmpty() ? "" : ": " + reason)
        + ")";
  }
}
