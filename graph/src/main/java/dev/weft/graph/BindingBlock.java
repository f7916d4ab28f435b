package dev.weft.graph;

import java.util.List;

/**
 * Bindings that are carried out in order.
 *
 * @param dataflow whether nothing in the block has an effect but on its results, so that bindings
 *     may be dropped, merged and moved
 * @param bindings the bindings; each may use the ones before it
 */
public record BindingBlock(boolean dataflow, List<Binding> bindings) {
  /** Copies the list. */
  public BindingBlock {
    bindings = List.copyOf(bindings);
  }

  /** A dataflow block. */
  public static BindingBlock dataflow(List<Binding> bindings) {
    return new BindingBlock(true, bindings);
  }
}
