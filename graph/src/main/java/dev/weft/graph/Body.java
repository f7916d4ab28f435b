package dev.weft.graph;

import java.util.List;

/**
 * Blocks of bindings, and the values that they are there for.
 *
 * @param blocks the blocks, in order
 * @param results atoms
 */
public record Body(List<BindingBlock> blocks, List<GraphExpr> results) {
  /** Copies the lists. */
  public Body {
    blocks = List.copyOf(blocks);
    results = List.copyOf(results);
  }

  /** A body of one dataflow block. */
  public static Body of(List<Binding> bindings, List<? extends GraphExpr> results) {
    return new Body(List.of(BindingBlock.dataflow(bindings)), List.copyOf(results));
  }

  /** All bindings, in order. */
  public List<Binding> bindings() {
    return blocks.stream().flatMap(block -> block.bindings().stream()).toList();
  }

  /** The type of the one result, or the tuple of several. */
  public GraphType type() {
    return results.size() == 1
        ? results.get(0).type()
        : new TupleType(results.stream().map(GraphExpr::type).toList());
  }
}
