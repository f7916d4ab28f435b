package dev.weft.graph.pass;

import dev.weft.graph.op.PatternKind;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Divides the nodes of a block into groups that become one kernel each.
 *
 * <p>A node joins the group of its immediate post-dominator when everything between them can join
 * as well, so no value of a group but its last is needed outside, and nothing is computed twice.
 * The method is that of Relay's and Relax's operator fusion (Roesch et al., "Relay: A High-Level
 * Compiler for Deep Learning", 2019, section 4.4): first tails of elementwise operators join
 * convolutions and the like, and elementwise operators join what uses them; then the operators that
 * move elements; then those that go into tuples which were themselves fused. Groups in stages over
 * rows ({@link RowGroups}) are made before all that and stay as they are.
 */
final class FusionGroups {
  private static final int PHASES = 3;

  private final int mostOperators;
  private final List<FusionGraph.Node> nodes;
  private final List<FusionGraph.PostDominator> tree;
  private final int[] parents;
  private final PatternKind[] kinds;
  private final int[] sizes;
  private final boolean[] anchored;

  /** Groups that nothing joins any more, by their root. */
  private final boolean[] closed;

  /**
   * @param mostOperators more don't go into one kernel
   */
  FusionGroups(FusionGraph graph, int mostOperators) {
    this.mostOperators = mostOperators;
    nodes = graph.nodes();
    tree = graph.postDominators();
    parents = new int[nodes.size()];
    kinds = new PatternKind[nodes.size()];
    sizes = new int[nodes.size()];
    anchored = new boolean[nodes.size()];
    closed = new boolean[nodes.size()];
    for (FusionGraph.Node node : nodes) {
      parents[node.index] = node.index;
      kinds[node.index] = node.kind;
      sizes[node.index] = 1;
      anchored[node.index] = node.kind == PatternKind.OUT_FUSABLE;
    }
    for (List<FusionGraph.Node> rows : RowGroups.of(graph, mostOperators)) {
      int last = rows.getLast().index;
      rows.forEach(member -> merge(member.index, last));
      closed[last] = true;
      kinds[last] = PatternKind.OPAQUE;
    }
    for (int phase = 0; phase < PHASES; phase++) {
      for (FusionGraph.Node node : nodes) {
        join(node, phase);
      }
    }
  }

  /** The number of the group that a node is in. */
  int group(FusionGraph.Node node) {
    return root(node.index);
  }

  private int root(int index) {
    int root = index;
    while (parents[root] != root) {
      root = parents[root];
    }
    parents[index] = root;
    return root;
  }

  private PatternKind kind(FusionGraph.Node node) {
    return kinds[root(node.index)];
  }

  private void join(FusionGraph.Node node, int phase) {
    FusionGraph.PostDominator dominator = tree.get(node.index);
    FusionGraph.Node sink = dominator.node();
    PatternKind own = kinds[node.index];
    if (own == PatternKind.OPAQUE
        || sink == null
        || closed[root(node.index)]
        || root(node.index) == root(sink.index)) {
      return;
    }
    boolean intoTuple = kinds[sink.index] == PatternKind.TUPLE;
    if (phase == 2) {
      boolean absorbed = intoTuple && kind(sink).atMost(PatternKind.INJECTIVE);
      if (own.atMost(PatternKind.INJECTIVE) && absorbed) {
        joinIf(node, sink, (kind, last) -> kind.atMost(PatternKind.INJECTIVE));
      }
      return;
    }
    if (intoTuple) {
      return;
    }
    switch (own) {
      case OUT_FUSABLE -> {
        if (phase == 0 && dominator.kind() == PatternKind.ELEMENTWISE) {
          joinIf(node, sink, (kind, last) -> kind.atMost(PatternKind.BROADCAST));
        }
      }
      case ELEMENTWISE, BROADCAST -> {
        boolean readable =
            dominator.kind().atMost(PatternKind.INJECTIVE)
                || dominator.kind() == PatternKind.REDUCTION;
        if (readable) {
          joinIf(
              node,
              sink,
              (kind, last) ->
                  kind.atMost(PatternKind.INJECTIVE)
                      || (last
                          && (kind == PatternKind.REDUCTION || kind == PatternKind.OUT_FUSABLE)));
        }
      }
      case INJECTIVE, TUPLE -> {
        if (phase == 1) {
          joinIf(node, sink, (kind, last) -> kind.atMost(PatternKind.INJECTIVE));
        }
      }
      // A reduction begins no group with what follows; nothing is known of the rest.
      case REDUCTION, OPAQUE -> {}
    }
  }

  private void joinIf(
      FusionGraph.Node node, FusionGraph.Node sink, BiPredicate<PatternKind, Boolean> fits) {
    Set<FusionGraph.Node> path = Collections.newSetFromMap(new IdentityHashMap<>());
    path.add(node);
    if (!collect(node, sink, fits, path)) {
      return;
    }
    int operators = sizes[root(sink.index)];
    for (FusionGraph.Node member : path) {
      operators += root(member.index) == root(sink.index) ? 0 : sizes[root(member.index)];
    }
    if (operators <= mostOperators) {
      path.forEach(member -> merge(root(member.index), root(sink.index)));
    }
  }

  /** Collects the nodes between two, if all of them fit. */
  private boolean collect(
      FusionGraph.Node from,
      FusionGraph.Node sink,
      BiPredicate<PatternKind, Boolean> fits,
      Set<FusionGraph.Node> path) {
    for (FusionGraph.Edge edge : from.users) {
      FusionGraph.Node user = edge.user();
      if (path.contains(user)) {
        continue;
      }
      if (!fits.test(kind(user), user == sink)) {
        return false;
      }
      if (user != sink) {
        path.add(user);
        if (!collect(user, sink, fits, path)) {
          return false;
        }
      }
    }
    return true;
  }

  private void merge(int child, int parent) {
    if (child == parent) {
      return;
    }
    parents[child] = parent;
    sizes[parent] += sizes[child];
    if (anchored[child]) {
      anchored[parent] = true;
      kinds[parent] = PatternKind.max(kinds[child], kinds[parent]);
    }
  }
}
