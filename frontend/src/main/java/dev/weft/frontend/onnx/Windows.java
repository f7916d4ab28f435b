package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The attributes that convolutions and poolings share. */
final class Windows {
  private Windows() {}

  /** The window of a node whose first input is {@code [n, c, d…]}. */
  static Window of(Node node, List<Long> kernel) {
    int rank = node.rank(0) - 2;
    if (rank < 1 || kernel.size() != rank) {
      throw node.invalid("a kernel " + kernel + " doesn't fit the input " + node.type(0));
    }
    List<Long> ones = Collections.nCopies(rank, 1L);
    List<Long> strides = list(node, "strides", ones);
    List<Long> dilations = list(node, "dilations", ones);
    if (strides.stream().anyMatch(s -> s < 1) || dilations.stream().anyMatch(d -> d < 1)) {
      throw node.invalid("strides and dilations must be positive");
    }
    List<Long> pads = node.integers("pads", Collections.nCopies(2 * rank, 0L));
    if (pads.size() != 2 * rank) {
      throw node.invalid("pads " + pads + " need " + 2 * rank + " entries");
    }
    List<Long> before = new ArrayList<>(pads.subList(0, rank));
    List<Long> after = new ArrayList<>(pads.subList(rank, 2 * rank));
    String mode = node.text("auto_pad", "NOTSET");
    for (int i = 0; i < rank; i++) {
      switch (mode) {
        case "NOTSET", "" -> {}
        case "VALID" -> {
          before.set(i, 0L);
          after.set(i, 0L);
        }
        case "SAME_UPPER", "SAME_LOWER" -> {
          long reach = (kernel.get(i) - 1) * dilations.get(i) + 1;
          long total = samePadding(node, i, strides.get(i), reach);
          long smaller = total / 2;
          boolean upper = mode.equals("SAME_UPPER");
          before.set(i, upper ? smaller : total - smaller);
          after.set(i, upper ? total - smaller : smaller);
        }
        default -> throw node.invalid("auto_pad '" + mode + "' is not one of the standard's");
      }
    }
    return new Window(strides, before, after, dilations);
  }

  private static List<Long> list(Node node, String key, List<Long> otherwise) {
    List<Long> list = node.integers(key, otherwise);
    if (list.size() != otherwise.size()) {
      throw node.invalid(key + " " + list + " need " + otherwise.size() + " entries");
    }
    return list;
  }

  /** The padding with which {@code ceil(size / stride)} windows fit. */
  private static long samePadding(Node node, int axis, long stride, long reach) {
    TensorType x = node.type(0);
    IntExpr size = x.dim(axis + 2);
    Long known = SizeAlgebra.constant(size);
    if (known == null) {
      if (stride != 1) {
        throw node.unsupported(
            "auto_pad over the symbolic size " + size + " with stride " + stride);
      }
      return reach - 1; // With stride 1 whatever the size.
    }
    long windows = Math.ceilDiv(known, stride);
    return Math.max(0, (windows - 1) * stride + reach - known);
  }
}
