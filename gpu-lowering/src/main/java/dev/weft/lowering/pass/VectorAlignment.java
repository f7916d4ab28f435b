package dev.weft.lowering.pass;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ModularSet;
import java.util.List;
import java.util.Map;

/**
 * Whether the vectors that a loop makes are aligned as a device with aligned vectors needs them: to
 * their size, or to 16 bytes if they are longer. Registers have no alignment.
 */
final class VectorAlignment extends IrWalker {
  /** The longest single access of such a device. */
  private static final int MOST_BYTES = 16;

  private final Stmt.For loop;
  private final int lanes;
  private final Analyzer analyzer;
  private boolean aligned = true;

  private VectorAlignment(Stmt.For loop, int lanes, Analyzer analyzer) {
    this.loop = loop;
    this.lanes = lanes;
    this.analyzer = analyzer;
  }

  /** Whether all accesses of consecutive elements are aligned if the loop makes such vectors. */
  static boolean of(Stmt.For loop, int lanes, Analyzer analyzer) {
    VectorAlignment walker = new VectorAlignment(loop, lanes, analyzer);
    walker.stmt(loop.body());
    return walker.aligned;
  }

  @Override
  public void stmt(Stmt node) {
    if (node instanceof Stmt.Store store) {
      access(store.buffer(), store.indices());
    }
    super.stmt(node);
  }

  @Override
  public void expr(Expr node) {
    if (node instanceof Expr.Load load) {
      access(load.buffer(), load.indices());
    }
    super.expr(node);
  }

  private void access(Buffer buffer, List<Expr> indices) {
    Expr index = indices.getFirst();
    Scope.Rank rank = buffer.scope().rank();
    boolean memory = rank == Scope.Rank.GLOBAL || rank == Scope.Rank.SHARED;
    if (!memory || index.dtype().lanes() > 1) {
      return;
    }
    Var v = loop.var();
    Expr step = Expr.sub(Substitute.in(index, Map.of(v, Expr.add(v, 1))), index);
    if (!analyzer.simplify(step).isConst(1)) {
      return;
    }
    int bytes = buffer.dtype().bytes();
    long elements = Math.max(1, Math.min(lanes * (long) bytes, MOST_BYTES) / bytes);
    // The loop's first element; the others are whole vectors away from it.
    ModularSet first = analyzer.modularSet(Substitute.in(index, Map.of(v, loop.min())));
    boolean fits = first.fixes(elements) && first.base() % elements == 0;
    aligned &= fits && buffer.elemOffset().isConst(0);
  }
}
