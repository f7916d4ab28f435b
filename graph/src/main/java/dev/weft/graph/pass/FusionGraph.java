package dev.weft.graph.pass;

import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.PatternKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bindings of one dataflow block as nodes, with an edge from each to those that use it. */
final class FusionGraph {
  /**
   * A use of a value.
   *
   * @param user the node that uses it
   * @param kind how the user's elements depend on the value's
   */
  record Edge(Node user, PatternKind kind) {}

  /** A binding. */
  static final class Node {
    final int index;
    final Binding binding;
    final PatternKind kind;
    final List<Edge> users = new ArrayList<>();

    /** Whether something outside the block needs the value. */
    final boolean escapes;

    Node(int index, Binding binding, PatternKind kind, boolean escapes) {
      this.index = index;
      this.binding = binding;
      this.kind = kind;
      this.escapes = escapes;
    }
  }

  private final List<Node> nodes = new ArrayList<>();

  /**
   * @param escaping variables that something outside the block uses
   */
  FusionGraph(BindingBlock block, Set<GraphVar> escaping) {
    IdentityHashMap<GraphVar, Node> byVariable = new IdentityHashMap<>();
    for (Binding binding : block.bindings()) {
      Node node =
          new Node(nodes.size(), binding, kind(binding.value()), escaping.contains(binding.var()));
      Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      GraphChildren.forEachOperand(
          binding.value(),
          operand -> {
            Node definition = operand instanceof GraphVar v ? byVariable.get(v) : null;
            if (definition != null && seen.add(definition)) {
              definition.users.add(new Edge(node, edgeKind(binding.value(), operand)));
            }
          });
      nodes.add(node);
      byVariable.put(binding.var(), node);
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  private static PatternKind kind(GraphExpr value) {
    return switch (value) {
      case GraphExpr.Call(Operator op, var args, var type) -> op.kind();
      case GraphExpr.Tuple t -> PatternKind.TUPLE;
      case GraphExpr.TupleGet t -> PatternKind.OPAQUE;
      case GraphVar v -> PatternKind.OPAQUE;
      case GraphExpr.Constant c -> PatternKind.OPAQUE;
      case GraphExpr.CallTir c -> PatternKind.OPAQUE;
      case GraphExpr.CallFunction c -> PatternKind.OPAQUE;
      case GraphExpr.CallPacked c -> PatternKind.OPAQUE;
      case GraphExpr.BindSizes b -> PatternKind.OPAQUE;
      case GraphExpr.If i -> PatternKind.OPAQUE;
      case GraphExpr.Loop l -> PatternKind.OPAQUE;
    };
  }

  /** An operand that a broadcasting operator does not broadcast is used element by element. */
  private static PatternKind edgeKind(GraphExpr user, GraphExpr operand) {
    PatternKind kind = kind(user);
    boolean sameShape = GraphTypes.sameShape(user.type(), operand.type());
    if (kind == PatternKind.BROADCAST && sameShape) {
      return PatternKind.ELEMENTWISE;
    }
    return kind == PatternKind.TUPLE ? PatternKind.INJECTIVE : kind;
  }

  /**
   * The immediate post-dominator of each node: the first node that every path from it to the
   * outside passes.
   *
   * @param node the post-dominator; null if there is none within the block
   * @param kind the worst kind of an edge on the way
   * @param depth distance from the root of the tree
   */
  record PostDominator(@Nullable Node node, PatternKind kind, int depth) {}

  /** The post-dominator of each node, by its index. */
  List<PostDominator> postDominators() {
    PostDominator[] tree = new PostDominator[nodes.size()];
    for (Node node : nodes.reversed()) {
      tree[node.index] = postDominator(node, tree);
    }
    return List.of(tree);
  }

  private static PostDominator postDominator(Node node, PostDominator[] tree) {
    if (node.escapes || node.users.isEmpty()) {
      return new PostDominator(null, PatternKind.OPAQUE, 1);
    }
    Node common = node.users.get(0).user();
    PatternKind kind = node.users.get(0).kind();
    for (Edge edge : node.users.subList(1, node.users.size())) {
      kind = PatternKind.max(kind, edge.kind());
      Node other = edge.user();
      // Both climb to where their ways to the outside meet.
      while (common != null && other != null && common != other) {
        PostDominator a = tree[common.index];
        PostDominator b = tree[other.index];
        if (a.depth() >= b.depth()) {
          kind = PatternKind.max(kind, a.kind());
          common = a.node();
        }
        if (b.depth() >= a.depth()) {
          kind = PatternKind.max(kind, b.kind());
          other = b.node();
        }
      }
      if (common == null || other == null) {
        return new PostDominator(null, PatternKind.OPAQUE, 1);
      }
    }
    return new PostDominator(common, kind, tree[common.index].depth() + 1);
  }
}
