package dev.weft.lowering.pass;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An access of shared memory.
 *
 * @param pointer what is accessed
 * @param index the first element; null if unknown
 * @param lanes elements from there
 * @param writes whether it writes
 * @param loops the loops whose current iteration the index is about
 */
record SharedAccess(Var pointer, @Nullable Expr index, int lanes, boolean writes, Set<Var> loops) {
  /** All accesses of shared memory in a statement. */
  static List<SharedAccess> in(Stmt stmt, List<Var> loops) {
    List<SharedAccess> result = new ArrayList<>();
    Set<Var> current = Set.copyOf(loops);
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          add(store.buffer(), store.indices(), true);
        }
        super.stmt(node);
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          add(load.buffer(), load.indices(), false);
        } else if (node instanceof Var v && isShared(v)) {
          // A pointer in a call: it may write.
          result.add(new SharedAccess(v, null, 1, true, current));
        }
        super.expr(node);
      }

      private void add(Buffer buffer, List<Expr> indices, boolean writes) {
        if (isShared(buffer.data())) {
          Expr index = indices.get(0);
          Expr start = index instanceof Expr.Ramp ramp ? ramp.base() : index;
          boolean plain =
              start.dtype().lanes() == 1
                  && (!(index instanceof Expr.Ramp r) || r.stride().isConst(1));
          result.add(
              new SharedAccess(
                  buffer.data(), plain ? start : null, index.dtype().lanes(), writes, current));
        }
      }
    }.stmt(stmt);
    return result;
  }

  private static boolean isShared(Var pointer) {
    Var.PointerType type = pointer.pointerType();
    return type != null && type.scope().rank() == Scope.Rank.SHARED;
  }

  /** The same accesses, seen from a place where their loops are in another iteration or over. */
  static List<SharedAccess> ofEarlierIteration(List<SharedAccess> accesses) {
    return accesses.stream()
        .map(a -> new SharedAccess(a.pointer, a.index, a.lanes, a.writes, Set.of()))
        .toList();
  }

  /** Whether two different threads may touch one element, one of them writing. */
  boolean conflictsWith(SharedAccess other, Map<Var, Long> threads, Analyzer analyzer) {
    if (pointer != other.pointer || !(writes || other.writes)) {
      return false;
    }
    if (index == null || other.index == null || lanes != other.lanes) {
      return true;
    }
    Split a = Split.of(index, threads, analyzer);
    Split b = Split.of(other.index, threads, analyzer);
    if (a == null || b == null || !a.coefficients.equals(b.coefficients)) {
      return true;
    }
    long span = a.span(threads, lanes);
    if (span < 0) {
      return true;
    }
    // Each thread has its own elements within the span. It has them in both accesses if what is
    // added is the same, or differs by whole spans.
    boolean sameIteration =
        (loops.equals(other.loops) && !loops.isEmpty()) || isFixed(a.rest, b.rest);
    if (sameIteration && analyzer.proveEqual(a.rest, b.rest)) {
      return false;
    }
    Expr size = Expr.imm(a.rest.dtype(), span);
    Expr x = analyzer.simplify(Expr.floorMod(a.rest, size));
    Expr y = analyzer.simplify(Expr.floorMod(b.rest, size));
    return !(x instanceof Expr.IntImm i && y instanceof Expr.IntImm j && i.value() == j.value());
  }

  /** Whether both are constants, so that they mean the same at any time. */
  private static boolean isFixed(Expr a, Expr b) {
    return a instanceof Expr.IntImm && b instanceof Expr.IntImm;
  }

  /** An index as a sum of thread indices times constants, and a rest that is free of them. */
  private record Split(Map<Var, Long> coefficients, Expr rest) {
    static @Nullable Split of(Expr index, Map<Var, Long> threads, Analyzer analyzer) {
      Map<Var, Long> coefficients = new HashMap<>();
      List<Expr> rest = new ArrayList<>();
      if (!collect(index, 1, threads, coefficients, rest)) {
        return null;
      }
      Expr sum = Expr.imm(index.dtype(), 0);
      for (Expr term : rest) {
        sum = Expr.add(sum, term);
      }
      return new Split(coefficients, analyzer.simplify(sum));
    }

    private static boolean collect(
        Expr e, long scale, Map<Var, Long> threads, Map<Var, Long> coefficients, List<Expr> rest) {
      if (!mentions(e, threads)) {
        rest.add(Expr.mul(e, scale));
        return true;
      }
      if (e instanceof Var v) {
        coefficients.merge(v, scale, Long::sum);
        return true;
      }
      if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
        if (op == BinaryOp.ADD || op == BinaryOp.SUB) {
          return collect(a, scale, threads, coefficients, rest)
              && collect(b, op == BinaryOp.ADD ? scale : -scale, threads, coefficients, rest);
        }
        if (op == BinaryOp.MUL && b instanceof Expr.IntImm factor) {
          return collect(a, scale * factor.value(), threads, coefficients, rest);
        }
      }
      return false;
    }

    private static boolean mentions(Expr e, Map<Var, Long> threads) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= node instanceof Var v && threads.containsKey(v);
          found[0] |= node instanceof Expr.Load;
          super.expr(node);
        }
      }.expr(e);
      return found[0];
    }

    /** The elements that the threads cover together, each its own; -1 if some meet. */
    long span(Map<Var, Long> threads, int lanes) {
      List<Map.Entry<Var, Long>> used = new ArrayList<>();
      for (Map.Entry<Var, Long> thread : threads.entrySet()) {
        if (thread.getValue() > 1) {
          Long coefficient = coefficients.get(thread.getKey());
          if (coefficient == null || coefficient <= 0 || thread.getValue() == Long.MAX_VALUE) {
            return -1;
          }
          used.add(Map.entry(thread.getKey(), coefficient));
        }
      }
      used.sort(Comparator.comparingLong(Map.Entry::getValue));
      long covered = lanes;
      for (Map.Entry<Var, Long> entry : used) {
        if (entry.getValue() < covered) {
          return -1;
        }
        covered = entry.getValue() * threads.getOrDefault(entry.getKey(), 1L);
      }
      return covered;
    }
  }
}
