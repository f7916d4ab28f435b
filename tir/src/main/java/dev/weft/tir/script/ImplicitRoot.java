package dev.weft.tir.script;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import java.util.List;
import java.util.Map;

/** The root block that the text of a function leaves out: when the reader adds it. */
final class ImplicitRoot {
  static final String NAME = "root";

  private ImplicitRoot() {}

  /** Whether the reader would add this very block around its body. */
  static boolean isImplied(Stmt.BlockRealize realize) {
    Stmt.Block block = realize.block();
    return block.name().equals(NAME)
        && block.iterVars().isEmpty()
        && realize.predicate().equals(Expr.bool(true))
        && block.reads().isEmpty()
        && block.writes().isEmpty()
        && block.matchBuffers().isEmpty()
        && block.annotations().isEmpty()
        && block.init() == null
        && isAdded(block.allocBuffers(), block.body());
  }

  /**
   * Whether a function with this body and these allocations outside any block gets a root block: it
   * has such allocations, or blocks that aren't already within one block without axes.
   */
  static boolean isAdded(List<Buffer> allocations, Stmt body) {
    if (!allocations.isEmpty()) {
      return true;
    }
    return body instanceof Stmt.BlockRealize realize
        ? !realize.block().iterVars().isEmpty()
        : containsBlock(body);
  }

  /** The body within a root block. */
  static Stmt around(List<Buffer> allocations, Stmt body) {
    Stmt.Block root =
        new Stmt.Block(
            NAME, List.of(), List.of(), List.of(), allocations, List.of(), Map.of(), null, body);
    return new Stmt.BlockRealize(List.of(), Expr.bool(true), root);
  }

  private static boolean containsBlock(Stmt body) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |= node instanceof Stmt.BlockRealize;
        if (!found[0]) {
          super.stmt(node);
        }
      }
    }.stmt(body);
    return found[0];
  }
}
