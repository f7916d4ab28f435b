package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts a barrier between two accesses of shared memory, one of them a write, that different threads
 * may make to one element: between a fill and the use, and in a loop also between the use and the
 * next fill. Barriers stand as far out as they can, so that few are carried out.
 *
 * <pre>{@code
 * for k in range(128):           for k in range(128):
 *     A_shared[tx] = A[…k…]          T.tvm_storage_sync("shared")
 *     …A_shared[y]…          →       A_shared[tx] = A[…k…]
 *                                    T.tvm_storage_sync("shared")
 *                                    …A_shared[y]…
 * }</pre>
 *
 * <p>Global memory that a kernel both reads and writes is treated alike; thread blocks can't wait
 * for each other, so what one writes another must not read.
 *
 * <p>What asynchronous copies bring is seen by the thread that waits for it; the others need a
 * barrier behind the wait.
 *
 * <p>A barrier must be reached by all threads. Where it falls within a condition that differs
 * between them, the condition moves inwards, to what stands before and behind the barrier:
 *
 * <pre>{@code
 * if bx*64 + tx < n:               if bx*64 + tx < n:
 *     S[tx] = A[…]                     S[tx] = A[…]
 *     B[…] = S[63 - tx]      →     T.tvm_storage_sync("shared")
 *                                  if bx*64 + tx < n:
 *                                      B[…] = S[63 - tx]
 * }</pre>
 */
public final class InsertBarriers implements Pass {
  @Override
  public String name() {
    return "insert_barriers";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Kernels(function.globalSymbol("main")).stmt(function.body()));
  }

  /** Finds the kernels: what stands within definitions of thread indices. */
  private static final class Kernels extends IrRewriter {
    private final String function;

    Kernels(String function) {
      this.function = function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (!isThread(node)) {
        return super.stmt(node);
      }
      Map<Var, Long> threads = new HashMap<>();
      Analyzer analyzer = new Analyzer();
      Stmt body = node;
      while (body instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt inner)
          && key.equals(UnifyThreadBindings.THREAD_EXTENT)) {
        analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
        if (axis.thread() != null && axis.thread().level == ThreadTag.Level.BLOCK) {
          threads.put(axis.var(), extent instanceof Expr.IntImm imm ? imm.value() : Long.MAX_VALUE);
        }
        body = inner;
      }
      boolean alone = threads.values().stream().allMatch(extent -> extent == 1);
      if (alone) {
        return node;
      }
      Placer placer =
          new Placer(threads, AsyncTargets.in(body), Globals.in(body), analyzer, function);
      Stmt synced = placer.place(body).stmt();
      if (placer.ordersGlobals) {
        synced = withGlobalBarriers(synced);
      }
      return rewrapped(node, synced);
    }

    /** A barrier for shared memory does not order global memory everywhere. */
    private static Stmt withGlobalBarriers(Stmt body) {
      return new IrRewriter() {
        @Override
        @SuppressWarnings("ReferenceEquality") // Those that were put in, not the function's own.
        public Stmt stmt(Stmt node) {
          return node == BARRIER ? GLOBAL_BARRIER : super.stmt(node);
        }
      }.stmt(body);
    }

    private static boolean isThread(Stmt node) {
      return node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
          && key.equals(UnifyThreadBindings.THREAD_EXTENT);
    }

    private static Stmt rewrapped(Stmt node, Stmt body) {
      return node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt inner)
              && key.equals(UnifyThreadBindings.THREAD_EXTENT)
          ? new Stmt.Attr(axis, key, extent, rewrapped(inner, body))
          : body;
    }
  }

  private static final Stmt BARRIER =
      new Stmt.Evaluate(
          Expr.Call.of(DType.VOID, Intrinsic.STORAGE_SYNC, new Expr.StringImm("shared")));

  private static final Stmt GLOBAL_BARRIER =
      new Stmt.Evaluate(
          Expr.Call.of(DType.VOID, Intrinsic.STORAGE_SYNC, new Expr.StringImm("global")));

  /**
   * A statement with its barriers.
   *
   * @param first the accesses before the first barrier
   * @param last the accesses after the last barrier
   * @param syncs whether every way through the statement meets a barrier
   */
  private record Placed(
      Stmt stmt, List<SharedAccess> first, List<SharedAccess> last, boolean syncs) {}

  private static final Placed NOTHING =
      new Placed(new Stmt.Evaluate(Expr.int32(0)), List.of(), List.of(), false);

  /** The memory that asynchronous copies write. */
  private static final class AsyncTargets extends IrWalker {
    private final Set<Var> found = new LinkedHashSet<>();

    static Set<Var> in(Stmt body) {
      AsyncTargets walker = new AsyncTargets();
      walker.stmt(body);
      return walker.found;
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Call call
          && call.is(Intrinsic.PTX_CP_ASYNC)
          && call.args().getFirst() instanceof Var to) {
        found.add(to);
      }
      super.expr(node);
    }
  }

  /** The global memory that a kernel both reads and writes. */
  private static final class Globals extends IrWalker {
    private final Set<Var> read = new HashSet<>();
    private final Set<Var> written = new HashSet<>();

    static Set<Var> in(Stmt body) {
      Globals walker = new Globals();
      walker.stmt(body);
      walker.read.retainAll(walker.written);
      return walker.read;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store s && s.buffer().scope().rank() == Scope.Rank.GLOBAL) {
        written.add(s.buffer().data());
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load l && l.buffer().scope().rank() == Scope.Rank.GLOBAL) {
        read.add(l.buffer().data());
      }
      super.expr(node);
    }
  }

  /** Places the barriers of one kernel. */
  private static final class Placer {
    private final Map<Var, Long> threads;
    private final Set<Var> asyncTargets;
    private final Set<Var> globals;
    private final Analyzer analyzer;
    private final String function;
    private final List<Expr> conditions = new ArrayList<>();

    /** Whether a barrier is there for global memory. */
    private boolean ordersGlobals;

    Placer(
        Map<Var, Long> threads,
        Set<Var> asyncTargets,
        Set<Var> globals,
        Analyzer analyzer,
        String function) {
      this.threads = threads;
      this.asyncTargets = asyncTargets;
      this.globals = globals;
      this.analyzer = analyzer;
      this.function = function;
    }

    /** A statement with its barriers, none in front of it. */
    Placed place(Stmt node) {
      return switch (node) {
        case Stmt.Seq(List<Stmt> stmts) -> sequence(stmts, List.of());
        case Stmt.For f -> loop(f);
        case Stmt.While f -> {
          List<SharedAccess> all = accesses(f);
          yield new Placed(f, all, all, false);
        }
        case Stmt.If f -> choice(f);
        case Stmt.Let(Var v, Expr value, Stmt body) -> {
          analyzer.bind(v, value);
          List<SharedAccess> reads = accesses(new Stmt.Evaluate(value));
          Placed inner = place(body);
          yield new Placed(
              new Stmt.Let(v, value, inner.stmt()),
              joined(reads, inner.first()),
              inner.syncs() ? inner.last() : joined(reads, inner.last()),
              inner.syncs());
        }
        case Stmt.Attr(var about, var key, var value, Stmt body) -> {
          Placed p = place(body);
          yield with(p, new Stmt.Attr(about, key, value, p.stmt()));
        }
        case Stmt.Assert(var condition, var message, Stmt body) -> {
          Placed p = place(body);
          yield with(p, new Stmt.Assert(condition, message, p.stmt()));
        }
        case Stmt.Allocate a -> {
          Placed p = place(a.body());
          yield with(
              p,
              new Stmt.Allocate(
                  a.data(), a.dtype(), a.extents(), a.condition(), a.annotations(), p.stmt()));
        }
        case Stmt.AllocateConst a -> {
          Placed p = place(a.body());
          yield with(
              p, new Stmt.AllocateConst(a.data(), a.dtype(), a.extents(), a.values(), p.stmt()));
        }
        case Stmt.DeclBuffer(var buffer, Stmt body) -> {
          Placed p = place(body);
          yield with(p, new Stmt.DeclBuffer(buffer, p.stmt()));
        }
        case Stmt.ThreadGroup(var role, var begin, var count, Stmt body) -> {
          Placed p = place(body);
          yield with(p, new Stmt.ThreadGroup(role, begin, count, p.stmt()));
        }
        case Stmt.Evaluate e when isWait(e) -> {
          List<SharedAccess> arrivals = asyncTargets.stream().map(SharedAccess::arrival).toList();
          yield new Placed(e, arrivals, arrivals, false);
        }
        case Stmt.Evaluate e when isBarrier(e) -> new Placed(e, List.of(), List.of(), true);
        case Stmt.Evaluate e -> leaf(e);
        case Stmt.Store s -> leaf(s);
        case Stmt.Break s -> leaf(s);
        case Stmt.Continue s -> leaf(s);
        case Stmt.Block s -> leaf(s);
        case Stmt.BlockRealize s -> leaf(s);
      };
    }

    private List<SharedAccess> accesses(Stmt stmt) {
      List<SharedAccess> all = SharedAccess.in(stmt, globals, analyzer);
      return conditions.isEmpty() || all.isEmpty()
          ? all
          : all.stream().map(access -> access.by(ranges())).toList();
    }

    /** The values of thread indices that the present conditions leave. */
    private Map<Var, ConstBounds> ranges() {
      Analyzer here = new Analyzer();
      threads.forEach(
          (v, extent) -> {
            if (extent < Long.MAX_VALUE) {
              here.bind(v, Range.upTo(Expr.imm(v.dtype(), extent)));
            }
          });
      Map<Var, ConstBounds> ranges = new HashMap<>();
      for (Expr condition : conditions) {
        // Facts add up; nothing is left to be closed behind them.
        var _ = here.constraint(condition);
      }
      for (Map.Entry<Var, Long> thread : threads.entrySet()) {
        ConstBounds bounds = here.bounds(thread.getKey());
        if (bounds.min() > 0 || (bounds.min() >= 0 && bounds.max() < thread.getValue() - 1)) {
          ranges.put(thread.getKey(), bounds);
        }
      }
      return ranges;
    }

    private Placed leaf(Stmt s) {
      List<SharedAccess> all = accesses(s);
      return new Placed(s, all, all, false);
    }

    private static Placed with(Placed p, Stmt stmt) {
      return new Placed(stmt, p.first(), p.last(), p.syncs());
    }

    private static boolean isBarrier(Stmt.Evaluate e) {
      return e.value() instanceof Expr.Call call && call.is(Intrinsic.STORAGE_SYNC);
    }

    private static boolean isWait(Stmt.Evaluate e) {
      return e.value() instanceof Expr.Call call && call.is(Intrinsic.PTX_WAIT_GROUP);
    }

    private static List<SharedAccess> joined(List<SharedAccess> a, List<SharedAccess> b) {
      if (a.isEmpty() || b.isEmpty()) {
        return a.isEmpty() ? b : a;
      }
      List<SharedAccess> all = new ArrayList<>(a);
      all.addAll(b);
      return all;
    }

    private Placed sequence(List<Stmt> stmts, List<SharedAccess> before) {
      List<Stmt> result = new ArrayList<>();
      List<SharedAccess> pending = before;
      List<SharedAccess> first = new ArrayList<>();
      boolean syncs = false;
      for (Stmt s : stmts) {
        // First on its own: a barrier in front of the whole statement is cheaper than one inside.
        Placed p = place(s);
        if (conflict(pending, p.first())) {
          result.add(BARRIER);
          pending = List.of();
          syncs = true;
        }
        if (!syncs) {
          first.addAll(p.first());
        }
        pending = p.syncs() ? p.last() : joined(pending, p.last());
        syncs |= p.syncs();
        result.add(p.stmt());
      }
      // What was pending before the sequence is the caller's to carry on.
      List<SharedAccess> last = syncs ? pending : pending.subList(before.size(), pending.size());
      return new Placed(Stmt.seq(result), first, List.copyOf(last), syncs);
    }

    private Placed loop(Stmt.For f) {
      analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      Placed p = place(f.body());
      // A barrier in each iteration leaves only what the one before did behind it.
      List<SharedAccess> left =
          p.syncs()
              ? SharedAccess.inThePreviousIteration(f, p.last())
              : SharedAccess.inSomeIteration(f, p.last(), analyzer);
      if (conflict(left, p.first())) {
        // The next iteration needs a barrier against this one; the first one meets it, too.
        p = carried(f.body(), left);
      }
      boolean diverges = varies(f.min()) || varies(f.extent());
      Stmt.For placed =
          diverges && SpreadCondition.holdsBarrier(p.stmt())
              ? SpreadCondition.overAllThreads(f, p.stmt(), analyzer, function)
              : f.withBody(p.stmt());
      boolean runs = placed.extent() instanceof Expr.IntImm imm && imm.value() > 0;
      return new Placed(
          placed,
          SharedAccess.inSomeIteration(f, p.first(), analyzer),
          SharedAccess.inSomeIteration(f, p.last(), analyzer),
          p.syncs() && runs);
    }

    /** A loop's body that starts with what the iteration before left. */
    private Placed carried(Stmt body, List<SharedAccess> left) {
      return switch (body) {
        case Stmt.Seq(List<Stmt> stmts) -> sequence(stmts, left);
        case Stmt.Let(Var v, Expr value, Stmt inner)
            when accesses(new Stmt.Evaluate(value)).isEmpty() -> {
          Placed p = carried(inner, left);
          yield with(p, new Stmt.Let(v, value, p.stmt()));
        }
        case Stmt.Allocate a -> {
          Placed p = carried(a.body(), left);
          yield with(
              p,
              new Stmt.Allocate(
                  a.data(), a.dtype(), a.extents(), a.condition(), a.annotations(), p.stmt()));
        }
        case Stmt.DeclBuffer(var buffer, Stmt inner) -> {
          Placed p = carried(inner, left);
          yield with(p, new Stmt.DeclBuffer(buffer, p.stmt()));
        }
        case Stmt s -> {
          Placed p = place(s);
          yield new Placed(Stmt.seq(BARRIER, p.stmt()), List.of(), p.last(), true);
        }
      };
    }

    private Placed choice(Stmt.If f) {
      List<SharedAccess> reads = accesses(new Stmt.Evaluate(f.condition()));
      conditions.add(f.condition());
      Placed then = place(f.then());
      conditions.removeLast();
      conditions.add(Expr.not(f.condition()));
      Placed otherwise = f.otherwise() == null ? NOTHING : place(f.otherwise());
      conditions.removeLast();
      boolean waits =
          SpreadCondition.holdsBarrier(then.stmt())
              || SpreadCondition.holdsBarrier(otherwise.stmt());
      if (waits && varies(f.condition())) {
        return spread(f.condition(), reads, then, otherwise);
      }
      return new Placed(
          new Stmt.If(f.condition(), then.stmt(), f.otherwise() == null ? null : otherwise.stmt()),
          joined(joined(reads, then.first()), otherwise.first()),
          joined(joined(reads, then.last()), otherwise.last()),
          then.syncs() && otherwise.syncs());
    }

    /** Both branches one after the other, with barriers that all threads reach. */
    @SuppressWarnings("ReferenceEquality") // Whether there is another branch.
    private Placed spread(Expr condition, List<SharedAccess> reads, Placed then, Placed otherwise) {
      List<Stmt> both = new ArrayList<>();
      Expr once = condition;
      Var chosen = null;
      if (SpreadCondition.reads(condition)) {
        // It may read what the branches write.
        chosen = Var.of("chosen", DType.BOOL);
        once = chosen;
      }
      both.add(SpreadCondition.under(once, then.stmt(), function));
      boolean between = conflict(then.last(), otherwise.first());
      if (between) {
        both.add(BARRIER);
      }
      if (otherwise != NOTHING) {
        both.add(SpreadCondition.under(Expr.not(once), otherwise.stmt(), function));
      }
      boolean syncs = then.syncs() || between;
      Stmt all = Stmt.seq(both);
      return new Placed(
          chosen == null ? all : new Stmt.Let(chosen, condition, all),
          joined(joined(reads, then.first()), syncs ? List.of() : otherwise.first()),
          otherwise.syncs()
              ? otherwise.last()
              : joined(between ? List.of() : then.last(), otherwise.last()),
          syncs || otherwise.syncs());
    }

    private boolean conflict(List<SharedAccess> before, List<SharedAccess> after) {
      for (SharedAccess a : before) {
        for (SharedAccess b : after) {
          // A wait needs nobody to wait for it; others need a barrier behind it.
          if (!b.arrives() && a.conflictsWith(b, threads, analyzer)) {
            ordersGlobals |= a.isGlobal();
            return true;
          }
        }
      }
      return false;
    }

    /** Whether the threads of a block may see different values. */
    private boolean varies(Expr e) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= node instanceof Var v && threads.getOrDefault(v, 1L) > 1;
          // Memory may hold anything, at an index that may differ.
          found[0] |= node instanceof Expr.Load;
          super.expr(node);
        }
      }.expr(e);
      return found[0];
    }
  }
}
