package dev.weft.lowering.pass;

import dev.weft.tir.Buffer;
import dev.weft.tir.Stmt;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a loop that is to be pipelined.
 *
 * @param allocs the buffers that each iteration has for itself
 * @param children the statements, in the order of the loop as it is
 */
record PipelineBody(List<Buffer> allocs, List<Stmt> children) {
  /** Copies the lists. */
  PipelineBody {
    allocs = List.copyOf(allocs);
    children = List.copyOf(children);
  }

  /** The body's statements, and the allocations around them. */
  static PipelineBody of(Stmt body) {
    List<Buffer> allocs = new ArrayList<>();
    Stmt inner = body;
    while (inner instanceof Stmt.BlockRealize realize && isPlain(realize)) {
      allocs.addAll(realize.block().allocBuffers());
      inner = realize.block().body();
    }
    return new PipelineBody(
        allocs, inner instanceof Stmt.Seq(List<Stmt> stmts) ? stmts : List.of(inner));
  }

  /** The same body where the statements of nested sequences count on their own. */
  PipelineBody flattened() {
    List<Buffer> all = new ArrayList<>(allocs);
    List<Stmt> flat = new ArrayList<>();
    for (Stmt child : children) {
      if (child instanceof Stmt.BlockRealize realize
          && isPlain(realize)
          && realize.block().body() instanceof Stmt.Seq(List<Stmt> stmts)) {
        all.addAll(realize.block().allocBuffers());
        flat.addAll(stmts);
      } else {
        flat.add(child);
      }
    }
    return new PipelineBody(all, flat);
  }

  private static boolean isPlain(Stmt.BlockRealize realize) {
    return realize.predicate().isConst(1)
        && realize.block().matchBuffers().isEmpty()
        && realize.block().init() == null;
  }
}
