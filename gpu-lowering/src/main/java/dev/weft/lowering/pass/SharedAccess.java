package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.Wgmma;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
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
 * @param element the type that the memory is seen as
 * @param index the first element; null if unknown
 * @param lanes elements from there
 * @param writes whether it writes
 * @param ranges thread indices of which only some values carry the access out
 * @param arrives whether it is the arrival of asynchronous copies, at some time before a wait
 */
record SharedAccess(
    Var pointer,
    @Nullable DType element,
    @Nullable Expr index,
    int lanes,
    boolean writes,
    Map<Var, ConstBounds> ranges,
    boolean arrives) {
  /** What a lane names of a matrix that {@code ldmatrix} loads. */
  private static final int ROW_BYTES = 16;

  /** An access by all threads. */
  SharedAccess(
      Var pointer, @Nullable DType element, @Nullable Expr index, int lanes, boolean writes) {
    this(pointer, element, index, lanes, writes, Map.of(), false);
  }

  /** The access by the threads whose indices lie in these ranges only. */
  SharedAccess by(Map<Var, ConstBounds> indices) {
    return indices.isEmpty()
        ? this
        : new SharedAccess(pointer, element, index, lanes, writes, indices, arrives);
  }

  /** What a wait for asynchronous copies to the pointer stands for: written, nobody knows where. */
  static SharedAccess arrival(Var pointer) {
    return new SharedAccess(pointer, null, null, 1, true, Map.of(), true);
  }

  /**
   * All accesses of shared memory in a statement.
   *
   * @param globals global memory whose accesses count, too
   */
  static List<SharedAccess> in(Stmt stmt, Set<Var> globals, Analyzer analyzer) {
    List<SharedAccess> result = new ArrayList<>();
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
        if (node instanceof Expr.Call call
            && call.is(Intrinsic.ADDRESS_OF)
            && call.args().getFirst() instanceof Expr.Load load) {
          // Atomic operations order themselves where they meet in global memory.
          if (isShared(load.buffer().data())) {
            add(load.buffer(), load.indices(), true);
          }
          load.indices().forEach(this::expr);
          return;
        }
        if (node instanceof Expr.Load load) {
          add(load.buffer(), load.indices(), false);
        } else if (node instanceof Expr.Call call
            && call.is(Intrinsic.PTX_CP_ASYNC)
            && call.args().getFirst() instanceof Var to
            && call.args().get(4) instanceof Expr.IntImm bytes
            && isShared(to)) {
          Expr first = call.args().get(1);
          Var.PointerType type = to.pointerType();
          DType element = type == null ? DType.UINT8 : type.element();
          int lanes = (int) Math.max(1, bytes.value() / element.bytes());
          result.add(new SharedAccess(to, element, analyzer.simplify(first), lanes, true));
          expr(first);
          call.args().subList(3, call.args().size()).forEach(this::expr);
          return;
        } else if (node instanceof Expr.Call call && readsMatrix(call)) {
          return;
        } else if (node instanceof Var v && isShared(v)) {
          // A pointer in a call: it may write.
          result.add(new SharedAccess(v, null, null, 1, true));
        }
        super.expr(node);
      }

      // What loads a fragment only reads its source; each lane names where its part begins.
      private boolean readsMatrix(Expr.Call call) {
        if (call.is(Intrinsic.PTX_WGMMA)) {
          factor(call, 5, Wgmma.WARPS * 16 * Wgmma.DEPTH - 3 * 16);
          int right = columns(call) * Wgmma.DEPTH;
          factor(call, 7, right - 3 * 16 * (call.args().get(2).isConst(0) ? 1 : Wgmma.DEPTH));
          expr(call.args().get(4));
          return true;
        }
        boolean rows = call.is(Intrinsic.PTX_LDMATRIX);
        if (!rows && !call.is(Intrinsic.WMMA_LOAD)) {
          return false;
        }
        Expr from = call.args().get(5);
        if (rows && from instanceof Var data && isShared(data)) {
          Var.PointerType type = data.pointerType();
          DType element = type == null ? DType.UINT8 : type.element();
          Expr first = analyzer.simplify(call.args().get(6));
          int lanes = ROW_BYTES / element.bytes();
          result.add(new SharedAccess(data, element, first, lanes, false));
          call.args().subList(6, call.args().size()).forEach(this::expr);
          return true;
        }
        if (from instanceof Expr.Call pointer
            && pointer.is(Intrinsic.ACCESS_PTR)
            && pointer.args().get(1) instanceof Var data
            && isShared(data)) {
          result.add(new SharedAccess(data, null, null, 1, false));
          pointer.args().subList(2, pointer.args().size()).forEach(this::expr);
          call.args().subList(6, call.args().size()).forEach(this::expr);
          return true;
        }
        return false;
      }

      // A factor of wgmma; span: elements from the step's first to its last, behind which lie those
      // of later steps.
      private void factor(Expr.Call call, int at, int span) {
        Expr first = analyzer.simplify(call.args().get(at + 1));
        if (call.args().get(at) instanceof Var data && data.pointerType() != null) {
          DType element = data.pointerType().element();
          result.add(new SharedAccess(data, element, first, span, false));
        }
        expr(first);
      }

      private static int columns(Expr.Call call) {
        String shape = ((Expr.StringImm) call.args().getFirst()).value();
        return Integer.parseInt(shape.substring(shape.indexOf('n') + 1, shape.indexOf('k')));
      }

      private void add(Buffer buffer, List<Expr> indices, boolean writes) {
        if (isShared(buffer.data()) || globals.contains(buffer.data())) {
          Expr index = indices.get(0);
          Expr start = index instanceof Expr.Ramp ramp ? ramp.base() : index;
          boolean plain =
              start.dtype().lanes() == 1
                  && (!(index instanceof Expr.Ramp r) || r.stride().isConst(1));
          result.add(
              new SharedAccess(
                  buffer.data(),
                  buffer.dtype(),
                  plain ? analyzer.simplify(start) : null,
                  index.dtype().lanes(),
                  writes));
        }
      }
    }.stmt(stmt);
    return result;
  }

  private static boolean isShared(Var pointer) {
    Var.PointerType type = pointer.pointerType();
    return type != null && type.scope().rank() == Scope.Rank.SHARED;
  }

  /** The same accesses in some iteration of a loop, not the current one. */
  static List<SharedAccess> inSomeIteration(
      Stmt.For loop, List<SharedAccess> accesses, Analyzer analyzer) {
    if (accesses.isEmpty()) {
      return accesses;
    }
    Var other = loop.var().renamed(loop.var().name());
    analyzer.bind(other, new Range(loop.min(), loop.extent()));
    return with(accesses, loop.var(), other);
  }

  /** The same accesses in the iteration before the current one. */
  static List<SharedAccess> inThePreviousIteration(Stmt.For loop, List<SharedAccess> accesses) {
    return with(accesses, loop.var(), Expr.sub(loop.var(), 1));
  }

  private static List<SharedAccess> with(List<SharedAccess> accesses, Var v, Expr value) {
    return accesses.stream()
        .map(
            a ->
                a.index == null
                    ? a
                    : new SharedAccess(
                        a.pointer,
                        a.element,
                        Substitute.in(a.index, Map.of(v, value)),
                        a.lanes,
                        a.writes,
                        a.ranges,
                        a.arrives))
        .toList();
  }

  /** Whether it is global memory that is accessed. */
  boolean isGlobal() {
    return !isShared(pointer);
  }

  /** Whether two different threads may touch one element, one of them writing. */
  boolean conflictsWith(SharedAccess other, Map<Var, Long> threads, Analyzer analyzer) {
    if (pointer != other.pointer || !(writes || other.writes)) {
      return false;
    }
    Map<Var, Long> moving = new HashMap<>(threads);
    if (ranges.equals(other.ranges)) {
      ranges.forEach((v, range) -> moving.put(v, range.max() - range.min() + 1));
    }
    if (moving.values().stream().allMatch(count -> count <= 1)) {
      // There is only one thread.
      return false;
    }
    if (index == null || other.index == null || element == null) {
      return true;
    }
    if (!element.equals(other.element)) {
      // Views of different types, each counted in its own elements.
      return true;
    }
    if (areInDifferentVersions(index, lanes, other.index, other.lanes, analyzer)) {
      return false;
    }
    ConstBounds here = analyzer.bounds(index);
    ConstBounds there = analyzer.bounds(other.index);
    if (here.isFinite()
        && there.isFinite()
        && (here.max() <= there.min() - lanes || there.max() <= here.min() - other.lanes)) {
      // Parts of the memory that don't meet, whatever the threads.
      return false;
    }
    int most = Math.max(lanes, other.lanes);
    if (Rows.keepApart(index, other.index, most, moving, analyzer)) {
      return false;
    }
    Split a = Split.of(index, threads, analyzer);
    Split b = Split.of(other.index, threads, analyzer);
    if (a == null || b == null || !a.coefficients.equals(b.coefficients)) {
      return true;
    }
    long span = a.span(moving, most);
    if (span < 0) {
      return true;
    }
    // Each thread has its own elements within the span, and keeps them when whole spans are added.
    Expr distance = Expr.sub(a.rest, b.rest);
    ConstBounds apart = analyzer.bounds(analyzer.simplify(distance));
    long room = a.leastStep(moving) - most;
    if (apart.min() >= -room && apart.max() <= room) {
      // Each stays within the elements between its own and the next thread's.
      return false;
    }
    if (apart.min() >= span || apart.max() <= -span) {
      // All of one lie behind all of the other.
      return false;
    }
    Expr size = Expr.imm(a.rest.dtype(), span);
    return !analyzer.simplify(Expr.floorMod(distance, size)).isConst(0);
  }

  /**
   * Whether the indices are {@code (x % n)*size + …} and {@code (y % n)*size + …} with rests below
   * {@code size} and {@code x}, {@code y} that always differ modulo n: versions of a pipeline.
   */
  private static boolean areInDifferentVersions(
      Expr a, int lanesOfA, Expr b, int lanesOfB, Analyzer analyzer) {
    List<Version> ofB = Version.in(b);
    for (Version x : Version.in(a)) {
      for (Version y : ofB) {
        boolean differ =
            x.count == y.count
                && x.size == y.size
                && analyzer.prove(
                    Expr.ne(
                        Expr.floorMod(Expr.sub(x.number, y.number), x.count),
                        Expr.imm(x.number.dtype(), 0)));
        if (differ && x.holds(a, lanesOfA, analyzer) && y.holds(b, lanesOfB, analyzer)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The term {@code (number % count) * size} of an index. */
  private record Version(Expr term, Expr number, long count, long size) {
    static List<Version> in(Expr index) {
      List<Version> found = new ArrayList<>();
      collect(index, found);
      return found;
    }

    private static void collect(Expr e, List<Version> found) {
      if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
        if (op == BinaryOp.ADD) {
          collect(a, found);
          collect(b, found);
        } else if (op == BinaryOp.SUB) {
          collect(a, found);
        } else if (op == BinaryOp.MUL
            && b instanceof Expr.IntImm size
            && a instanceof Expr.Binary(BinaryOp mod, Expr number, Expr.IntImm count)
            && mod == BinaryOp.FLOOR_MOD) {
          found.add(new Version(e, number, count.value(), size.value()));
        }
      }
    }

    /** Whether the rest of the index stays within one version. */
    boolean holds(Expr index, int lanes, Analyzer analyzer) {
      var bounds = analyzer.bounds(analyzer.simplify(Expr.sub(index, term)));
      return bounds.min() >= 0 && bounds.max() <= size - lanes;
    }
  }

  /**
   * An index {@code row * length + column} whose row is made of thread indices and whose length is
   * symbolic.
   */
  private record Rows(Split row, Expr length, Expr column) {
    /** Whether each thread has a row of its own that both accesses keep to. */
    static boolean keepApart(Expr a, Expr b, int lanes, Map<Var, Long> threads, Analyzer analyzer) {
      Rows ofA = of(a, threads, analyzer);
      Rows ofB = of(b, threads, analyzer);
      return ofA != null
          && ofB != null
          && analyzer.proveEqual(ofA.length, ofB.length)
          && ofA.row.coefficients.equals(ofB.row.coefficients)
          && analyzer.proveEqual(ofA.row.rest, ofB.row.rest)
          && ofA.row.span(threads, 1) >= 0
          && ofA.fits(lanes, analyzer)
          && ofB.fits(lanes, analyzer);
    }

    private boolean fits(int lanes, Analyzer analyzer) {
      Expr last = Expr.add(column, lanes - 1);
      return analyzer.prove(Expr.ge(column, Expr.imm(column.dtype(), 0)))
          && analyzer.prove(Expr.lt(last, length));
    }

    private static @Nullable Rows of(Expr index, Map<Var, Long> threads, Analyzer analyzer) {
      List<Expr> terms = new ArrayList<>();
      addTerms(index, terms);
      Expr length = null;
      Expr row = null;
      Expr column = Expr.imm(index.dtype(), 0);
      for (Expr term : terms) {
        if (!Split.mentions(term, threads)) {
          column = Expr.add(column, term);
        } else if (term instanceof Expr.Binary(BinaryOp op, Expr x, Expr y) && op == BinaryOp.MUL) {
          Expr factor = Split.mentions(y, threads) ? x : y;
          Expr moving = Split.mentions(y, threads) ? y : x;
          if (Split.mentions(factor, threads)
              || (length != null && !analyzer.proveEqual(length, factor))) {
            return null;
          }
          length = factor;
          row = row == null ? moving : Expr.add(row, moving);
        } else {
          return null;
        }
      }
      Split split = row == null ? null : Split.of(row, threads, analyzer);
      return split == null || length == null
          ? null
          : new Rows(split, length, analyzer.simplify(column));
    }

    private static void addTerms(Expr e, List<Expr> terms) {
      if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.ADD) {
        addTerms(a, terms);
        addTerms(b, terms);
      } else {
        terms.add(e);
      }
    }
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

    /** The least distance between the elements of two threads; the span must be known. */
    long leastStep(Map<Var, Long> threads) {
      return coefficients.entrySet().stream()
          .filter(entry -> threads.getOrDefault(entry.getKey(), 1L) > 1)
          .mapToLong(Map.Entry::getValue)
          .min()
          .orElse(Long.MAX_VALUE / 2);
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
