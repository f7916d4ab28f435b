package dev.weft.lowering.rules.analysis;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The stores of a block to places that values in memory decide: of two iterations that store to one
 * place, the later one must win, so that only iterations that are known to store to different
 * places may run side by side.
 */
final class Scatter extends IrWalker {
  private final Set<Var> fromMemory = new HashSet<>();
  private final List<List<Expr>> places = new ArrayList<>();

  private Scatter() {}

  /** The indices of each such store, to memory that threads share. */
  static List<List<Expr>> places(Stmt body) {
    Scatter walker = new Scatter();
    walker.stmt(body);
    return List.copyOf(walker.places);
  }

  /** Whether iterations that differ along an axis store to different places, whatever is read. */
  static boolean keepsApart(List<List<Expr>> places, IterVar axis) {
    return places.stream().allMatch(place -> place.contains(axis.var()));
  }

  @Override
  public void stmt(Stmt node) {
    if (node instanceof Stmt.Let(Var v, Expr value, Stmt body) && readsMemory(value)) {
      fromMemory.add(v);
    }
    if (node instanceof Stmt.Store(Buffer buffer, Expr value, List<Expr> indices, var predicate)
        && buffer.scope().rank() != Scope.Rank.LOCAL
        && indices.stream().anyMatch(this::readsMemory)) {
      places.add(indices);
    }
    super.stmt(node);
  }

  private boolean readsMemory(Expr expr) {
    boolean[] found = new boolean[1];
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Expr.Load || (node instanceof Var v && fromMemory.contains(v));
        super.expr(node);
      }
    }.expr(expr);
    return found[0];
  }
}
