package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import java.util.List;

/** Turns one node of one ONNX operator into graph operators. */
@FunctionalInterface
interface Converter {
  /**
   * The values of the node's outputs; those that a node need not have may be left out at the end.
   *
   * @throws Node.UnsupportedException if the node uses something that is not supported
   */
  List<GraphExpr> convert(Node node);
}
