package dev.weft.frontend.onnx;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Einsum;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The equations of Einsum: {@code bij,bjk->bik}, with {@code ...} for any leading dimensions. */
final class Equations {
  /** Labels of the dimensions that an ellipsis stands for, the last one first. */
  private static final int ELLIPSIS = 1 << 16;

  private Equations() {}

  static GraphExpr einsum(Node node) {
    String equation = node.text("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (terms.length != node.inputCount()) {
      throw node.invalid("the equation '" + equation + "' is for " + terms.length + " operands");
    }
    List<List<Integer>> inputs = new ArrayList<>();
    int ellipsis = 0;
    for (int i = 0; i < terms.length; i++) {
      int spare = node.rank(i) - terms[i].replace("...", "").length();
      boolean open = terms[i].contains("...");
      if (spare < 0 || (spare > 0 && !open)) {
        throw node.invalid("the term '" + terms[i] + "' does not fit " + node.type(i));
      }
      ellipsis = Math.max(ellipsis, spare);
      inputs.add(labels(node, terms[i], spare));
    }
    List<Integer> output =
        arrow < 0
            ? implied(inputs, ellipsis)
            : labels(node, equation.substring(arrow + 2), ellipsis);
    return node.emit(new Einsum(inputs, output), node.inputs());
  }

  private static List<Integer> labels(Node node, String term, int ellipsis) {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < term.length(); i++) {
      char label = term.charAt(i);
      if (term.startsWith("...", i)) {
        for (int k = ellipsis - 1; k >= 0; k--) {
          labels.add(ELLIPSIS + k);
        }
        i += 2;
      } else if (Character.isLetter(label)) {
        labels.add((int) label);
      } else {
        throw node.invalid("the equation's term '" + term + "' has a '" + label + "'");
      }
    }
    return labels;
  }

  /** Without an arrow: the ellipsis' dimensions, then labels that occur once, in order. */
  private static List<Integer> implied(List<List<Integer>> inputs, int ellipsis) {
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    inputs.forEach(term -> term.forEach(label -> counts.merge(label, 1, Integer::sum)));
    List<Integer> output = new ArrayList<>();
    for (int k = ellipsis - 1; k >= 0; k--) {
      output.add(ELLIPSIS + k);
    }
    counts.forEach(
        (label, count) -> {
          if (count == 1 && label < ELLIPSIS) {
            output.add(label);
          }
        });
    return output;
  }
}
