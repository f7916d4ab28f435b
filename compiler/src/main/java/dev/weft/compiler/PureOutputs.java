package dev.weft.compiler;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the buffer parameters that a function writes before it reads them, in the order of its
 * statements: what they hold before a call is not for it to read.
 */
final class PureOutputs extends IrWalker {
  private final Set<Var> writtenFirst = new HashSet<>();
  private final Set<Var> readFirst = new HashSet<>();

  private PureOutputs() {}

  /** Their positions among the function's buffer parameters. */
  static Set<Integer> of(PrimFunc function) {
    PureOutputs walker = new PureOutputs();
    walker.stmt(function.body());
    Set<Integer> positions = new TreeSet<>();
    List<Buffer> buffers = function.paramBuffers();
    for (int i = 0; i < buffers.size(); i++) {
      if (walker.writtenFirst.contains(buffers.get(i).data())) {
        positions.add(i);
      }
    }
    return positions;
  }

  @Override
  public void stmt(Stmt node) {
    if (node instanceof Stmt.Block block) {
      // Through another buffer, nobody knows in which order.
      block.matchBuffers().forEach(match -> read(match.source().buffer().data()));
      if (block.init() != null) {
        stmt(block.init());
      }
      stmt(block.body());
      return;
    }
    super.stmt(node);
    if (node instanceof Stmt.Store store && !readFirst.contains(store.buffer().data())) {
      writtenFirst.add(store.buffer().data());
    }
  }

  @Override
  public void expr(Expr node) {
    if (node instanceof Expr.Load load) {
      read(load.buffer().data());
    } else if (node instanceof Var v && v.pointerType() != null) {
      read(v);
    }
    super.expr(node);
  }

  private void read(Var data) {
    if (!writtenFirst.contains(data)) {
      readFirst.add(data);
    }
  }
}
