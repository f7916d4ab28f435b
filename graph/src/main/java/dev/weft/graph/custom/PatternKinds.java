package dev.weft.graph.custom;

import dev.weft.graph.op.PatternKind;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the elements of a TensorIR function's result depend on those of its operands, found by
 * looking at each block's store and loads. The classification is that of Relax's analysis of
 * pattern kinds: equal indices are elementwise, some of them in order a broadcast, any others
 * worked out from the element's own injective; a sum of products can take a tail of elementwise
 * operators, a plain reduction begins none.
 */
public final class PatternKinds {
  private PatternKinds() {}

  /** The kind of a function before it is scheduled. */
  public static PatternKind of(PrimFunc function) {
    List<Stmt.Block> blocks = new ArrayList<>();
    boolean[] strange = new boolean[1];
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block && !block.iterVars().isEmpty()) {
          blocks.add(block);
          return;
        }
        strange[0] |= node instanceof Stmt.Store || node instanceof Stmt.While;
        super.stmt(node);
      }
    }.stmt(function.body());
    if (strange[0] || blocks.isEmpty()) {
      return PatternKind.OPAQUE;
    }
    PatternKind worst = PatternKind.ELEMENTWISE;
    boolean reduces = false;
    for (Stmt.Block block : blocks) {
      PatternKind kind = of(block);
      if (kind == PatternKind.OPAQUE) {
        return PatternKind.OPAQUE;
      }
      reduces |= !kind.atMost(PatternKind.INJECTIVE);
      worst = PatternKind.max(worst, kind);
    }
    boolean alone = blocks.size() == 1;
    return reduces && !alone ? PatternKind.OUT_FUSABLE : worst;
  }

  private static PatternKind of(Stmt.Block block) {
    if (!(block.body() instanceof Stmt.Store store) || store.predicate() != null) {
      return PatternKind.OPAQUE;
    }
    Set<Var> spatial = new HashSet<>();
    boolean reduces = false;
    for (IterVar axis : block.iterVars()) {
      switch (axis.kind()) {
        case SPATIAL -> spatial.add(axis.var());
        case REDUCE -> reduces = true;
        case SCAN, OPAQUE, THREAD -> {
          return PatternKind.OPAQUE;
        }
      }
    }
    for (Expr index : store.indices()) {
      boolean own = index instanceof Var axis && spatial.contains(axis);
      if (!own && !index.isConst(0)) {
        return PatternKind.OPAQUE;
      }
    }
    if (new HashSet<>(store.indices()).size() != store.indices().size()) {
      return PatternKind.OPAQUE;
    }
    Loads loads = new Loads(store.buffer());
    loads.expr(store.value());
    if (reduces) {
      return loads.product ? PatternKind.OUT_FUSABLE : PatternKind.REDUCTION;
    }
    if (loads.own) {
      return PatternKind.OPAQUE;
    }
    PatternKind worst = PatternKind.ELEMENTWISE;
    for (List<Expr> indices : loads.indices) {
      worst = PatternKind.max(worst, of(indices, store.indices()));
    }
    return worst;
  }

  private static PatternKind of(List<Expr> read, List<Expr> written) {
    if (read.equals(written)) {
      return PatternKind.ELEMENTWISE;
    }
    int next = 0;
    for (Expr index : read) {
      while (next < written.size() && !written.get(next).equals(index)) {
        next++;
      }
      if (next++ >= written.size() && !index.isConst(0)) {
        return PatternKind.INJECTIVE;
      }
    }
    return PatternKind.BROADCAST;
  }

  /** The loads of an expression. */
  private static final class Loads extends IrWalker {
    private final Buffer result;
    final List<List<Expr>> indices = new ArrayList<>();

    /** Whether the result's own elements are read, as reductions do. */
    boolean own;

    /** Whether loaded elements are multiplied with each other. */
    boolean product;

    Loads(Buffer result) {
      this.result = result;
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load(Buffer buffer, List<Expr> at, Expr predicate)) {
        if (buffer.equals(result)) {
          own = true;
          return;
        }
        indices.add(at);
      }
      if (node instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.MUL) {
        product |= loads(a) && loads(b);
      }
      super.expr(node);
    }

    private boolean loads(Expr node) {
      Loads inner = new Loads(result);
      inner.expr(node);
      return !inner.indices.isEmpty();
    }
  }
}
