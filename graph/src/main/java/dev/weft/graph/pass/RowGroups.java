package dev.weft.graph.pass;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.PatternKind;
import dev.weft.graph.op.Pointwise;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Softmax;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds groups in stages over the same rows: several reductions of a row, and what is done element
 * by element before, between and behind them, as layer normalisation and softmax are written out by
 * exporters:
 *
 * <pre>
 * mean(x) → x − mean → (x − mean)² → mean → … → (x − mean) / deviation · scale + offset
 * </pre>
 *
 * <p>A row is what one reduction takes together: the last axes of a shape. Every member's result is
 * a tensor of that shape or one value a row (the reduced axes kept with size 1), so a row of the
 * result needs its own row of everything in the group. Such a group is one kernel that works row by
 * row, and nothing else joins it.
 */
final class RowGroups {
  private final List<FusionGraph.Node> nodes;
  private final IdentityHashMap<GraphVar, FusionGraph.Node> definitions = new IdentityHashMap<>();

  /** Element-wise nodes that can become the end of a matrix product's or convolution's kernel. */
  private final Set<FusionGraph.Node> tails = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Set<FusionGraph.Node> taken = Collections.newSetFromMap(new IdentityHashMap<>());

  private final int mostOperators;

  private RowGroups(List<FusionGraph.Node> nodes, int mostOperators) {
    this.nodes = nodes;
    this.mostOperators = mostOperators;
    for (FusionGraph.Node node : nodes) {
      definitions.put(node.binding.var(), node);
      boolean behind =
          operands(node).stream()
              .anyMatch(
                  operand ->
                      tails.contains(operand)
                          || (operand.kind == PatternKind.OUT_FUSABLE && rowsOf(operand) == null));
      if (behind && isPointwise(node)) {
        tails.add(node);
      }
    }
  }

  /**
   * The groups of a block, each in order; the last node's value is the group's only result.
   *
   * @param mostOperators more don't go into one kernel
   */
  static List<List<FusionGraph.Node>> of(FusionGraph graph, int mostOperators) {
    return new RowGroups(graph.nodes(), mostOperators).groups();
  }

  private List<List<FusionGraph.Node>> groups() {
    List<List<FusionGraph.Node>> groups = new ArrayList<>();
    for (FusionGraph.Node node : nodes) {
      Rows rows = taken.contains(node) ? null : rowsOf(node);
      List<FusionGraph.Node> group = rows == null ? null : group(node, rows);
      if (group != null) {
        taken.addAll(group);
        groups.add(group);
      }
    }
    return groups;
  }

  /**
   * Rows of a shape.
   *
   * @param shape of the whole tensor
   * @param axes how many of its last axes make up a row
   */
  private record Rows(Shape shape, int axes) {
    boolean isWhole(Shape other) {
      return GraphTypes.equal(other, shape);
    }

    /** Whether a tensor has one value for each row. */
    boolean isValues(Shape other) {
      return GraphTypes.equal(other, values());
    }

    private Shape values() {
      int outer = shape.rank() - axes;
      return new Shape(
          IntStream.range(0, shape.rank())
              .mapToObj(i -> i < outer ? shape.dim(i) : IntExpr.of(1))
              .toList());
    }

    boolean isSame(Rows other) {
      return axes == other.axes && GraphTypes.equal(shape, other.shape);
    }
  }

  /** The rows that a node reduces; null if it is no reduction of rows. */
  private static @Nullable Rows rowsOf(FusionGraph.Node node) {
    if (!(node.binding.value() instanceof GraphExpr.Call(Operator op, var args, var type))
        || args.isEmpty()
        || !(args.getFirst().type() instanceof TensorType operand)) {
      return null;
    }
    int rank = operand.rank();
    return switch (op) {
      case Reduce reduce -> {
        int count = reduce.axes().size();
        boolean isLast =
            IntStream.range(0, count).allMatch(i -> reduce.axes().get(i) == rank - count + i);
        boolean fits = reduce.keepDims() && count > 0 && count < rank && isLast;
        yield fits ? new Rows(operand.shape(), count) : null;
      }
      case Softmax softmax when softmax.axis() == rank - 1 && rank > 1 ->
          new Rows(operand.shape(), 1);
      default -> null; // the other operators reduce no rows
    };
  }

  private static boolean isPointwise(FusionGraph.Node node) {
    return node.binding.value() instanceof GraphExpr.Call(Operator op, var args, var type)
        && op instanceof Pointwise;
  }

  private List<FusionGraph.Node> operands(FusionGraph.Node node) {
    List<FusionGraph.Node> found = new ArrayList<>();
    GraphChildren.forEachOperand(
        node.binding.value(),
        operand -> {
          FusionGraph.Node definition =
              operand instanceof GraphVar variable ? definitions.get(variable) : null;
          if (definition != null) {
            found.add(definition);
          }
        });
    return found;
  }

  /** The group around a reduction; null if it would stay alone. */
  private @Nullable List<FusionGraph.Node> group(FusionGraph.Node first, Rows rows) {
    Set<FusionGraph.Node> reach = reach(first, rows);
    for (FusionGraph.Node last : nodes.reversed()) {
      if (reach.contains(last)) {
        List<FusionGraph.Node> group = endingIn(last, reach);
        if (group.contains(first) && isWorthwhile(group, rows) && group.size() <= mostOperators) {
          return group;
        }
      }
    }
    return null;
  }

  /** The nodes that could be in one group with a reduction. */
  private Set<FusionGraph.Node> reach(FusionGraph.Node first, Rows rows) {
    Set<FusionGraph.Node> reach = Collections.newSetFromMap(new IdentityHashMap<>());
    reach.add(first);
    // In the order of the block: what the reduction reaches through its users.
    for (FusionGraph.Node node : nodes.subList(first.index + 1, nodes.size())) {
      boolean uses = operands(node).stream().anyMatch(reach::contains);
      // A reduction beside the first one that shares its operand.
      boolean beside = isReduction(node, rows) && shares(node, first);
      if ((uses || beside) && fits(node, rows, reach)) {
        reach.add(node);
      }
    }
    // What only they need, from the last to the first. Ends of other kernels stay there.
    for (FusionGraph.Node node : nodes.reversed()) {
      boolean needed =
          !node.escapes
              && !node.users.isEmpty()
              && node.users.stream().allMatch(edge -> reach.contains(edge.user()));
      boolean readable = node.users.stream().allMatch(edge -> readsByRow(edge.user(), node, rows));
      if (needed && readable && !tails.contains(node) && fits(node, rows, reach)) {
        reach.add(node);
      }
    }
    return reach;
  }

  private boolean shares(FusionGraph.Node a, FusionGraph.Node b) {
    List<GraphExpr> others = new ArrayList<>();
    GraphChildren.forEachOperand(b.binding.value(), others::add);
    boolean[] found = new boolean[1];
    GraphChildren.forEachOperand(
        a.binding.value(), operand -> found[0] |= others.stream().anyMatch(o -> o == operand));
    return found[0];
  }

  private static boolean isReduction(FusionGraph.Node node, Rows rows) {
    Rows own = rowsOf(node);
    return own != null && own.isSame(rows);
  }

  /** Whether a node can be a stage: its shape, and how it reads other stages. */
  private boolean fits(FusionGraph.Node node, Rows rows, Set<FusionGraph.Node> reach) {
    boolean stage =
        isReduction(node, rows)
            || (isPointwise(node)
                && node.binding.var().type() instanceof TensorType type
                && (rows.isWhole(type.shape()) || rows.isValues(type.shape())));
    return stage
        && !taken.contains(node)
        && operands(node).stream()
            .allMatch(operand -> !reach.contains(operand) || readsByRow(node, operand, rows));
  }

  /** Whether a node's row needs no other row of an operand. */
  private static boolean readsByRow(FusionGraph.Node node, FusionGraph.Node operand, Rows rows) {
    if (!(operand.binding.var().type() instanceof TensorType from)
        || !(node.binding.var().type() instanceof TensorType to)) {
      return false;
    }
    return isReduction(node, rows)
        ? rows.isWhole(from.shape())
        : rows.isValues(from.shape()) || (rows.isWhole(from.shape()) && rows.isWhole(to.shape()));
  }

  /** The nodes of {@code reach} whose values nobody needs but through {@code last}. */
  private List<FusionGraph.Node> endingIn(FusionGraph.Node last, Set<FusionGraph.Node> reach) {
    Set<FusionGraph.Node> inside = Collections.newSetFromMap(new IdentityHashMap<>());
    inside.add(last);
    List<FusionGraph.Node> group = new ArrayList<>(List.of(last));
    for (FusionGraph.Node node : nodes.subList(0, last.index).reversed()) {
      boolean hidden =
          !node.escapes
              && !node.users.isEmpty()
              && node.users.stream().allMatch(edge -> inside.contains(edge.user()));
      if (reach.contains(node) && hidden) {
        inside.add(node);
        group.addFirst(node);
      }
    }
    return group;
  }

  /** Several reductions, or one whose value the whole row needs. */
  private static boolean isWorthwhile(List<FusionGraph.Node> group, Rows rows) {
    long reductions = group.stream().filter(node -> rowsOf(node) != null).count();
    boolean whole =
        group.getLast().binding.var().type() instanceof TensorType type
            && rows.isWhole(type.shape())
            && rowsOf(group.getLast()) == null;
    return reductions > 1 || (whole && group.stream().anyMatch(RowGroups::isReduce));
  }

  private static boolean isReduce(FusionGraph.Node node) {
    return node.binding.value() instanceof GraphExpr.Call(Operator op, var args, var type)
        && op instanceof Reduce;
  }
}
