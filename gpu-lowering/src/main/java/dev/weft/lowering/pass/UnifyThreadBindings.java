package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives each kernel one variable per hardware thread index, defined around the whole kernel; loops
 * bound to the index disappear, inner ones too. A kernel is a statement of the root block that has
 * bound loops.
 *
 * <pre>{@code
 * for i in T.thread_binding(8, "blockIdx.x"):          with T.launch_thread("blockIdx.x", 8) as bx:
 *   for j in T.thread_binding(128, "threadIdx.x"):     with T.launch_thread("threadIdx.x", 128) as tx:
 *     for a in T.serial(2):                        →     for a in T.serial(2):
 *       for b in T.thread_binding(128, "threadIdx.x"):     A_shared[…a…tx…] = …
 *         A_shared[…a…b…] = …                            B[bx*128 + tx] = …
 *     B[i*128 + j] = …
 * }</pre>
 *
 * <p>Loops one within the other that are bound to one index must have equal extents, and what is in
 * the inner one must not depend on the outer one's variable, since a thread has one value for both.
 * Of loops side by side the one with the largest extent decides, and the others are guarded. What
 * writes shared or global memory outside of the loops over threads is done by one thread. What
 * writes global memory outside of a loop over blocks that the kernel has elsewhere is refused: each
 * block would do it, and what they do for each other they can't wait for.
 */
public final class UnifyThreadBindings implements Pass {
  /** The key of the attribute that defines a thread index. */
  public static final String THREAD_EXTENT = "thread_extent";

  @Override
  public String name() {
    return "unify_thread_bindings";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.UNIFIED_THREADS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    String name = function.globalSymbol("main");
    return function.withBody(kernels(function.body(), name));
  }

  /** Finds the kernels below the root block. */
  private static Stmt kernels(Stmt stmt, String function) {
    return switch (stmt) {
      case Stmt.BlockRealize realize ->
          realize.withBlock(realize.block().withBody(kernels(realize.block().body(), function)));
      case Stmt.Seq(List<Stmt> stmts) ->
          Stmt.seq(stmts.stream().map(s -> kernels(s, function)).toList());
      case Stmt.Let(Var v, Expr value, Stmt body) ->
          new Stmt.Let(v, value, kernels(body, function));
      case Stmt.Assert(Expr condition, Expr message, Stmt body) ->
          new Stmt.Assert(condition, message, kernels(body, function));
      case Stmt.For f -> kernel(f, function);
      case Stmt.If f -> kernel(f, function);
      case Stmt.While f -> kernel(f, function);
      case Stmt.Attr f -> kernel(f, function);
      case Stmt.Store f -> kernel(f, function);
      case Stmt.Evaluate f -> f;
      case Stmt.Allocate f -> kernel(f, function);
      case Stmt.AllocateConst f -> kernel(f, function);
      case Stmt.DeclBuffer f -> kernel(f, function);
      case Stmt.ThreadGroup f -> kernel(f, function);
      case Stmt.Block f -> f;
      case Stmt.Break f -> f;
      case Stmt.Continue f -> f;
    };
  }

  private static Stmt kernel(Stmt stmt, String function) {
    Bindings bindings = new Bindings(function);
    bindings.stmt(stmt);
    Stmt body = new Rewriter(bindings).stmt(stmt);
    List<Launched> launched = new ArrayList<>(bindings.threads.values());
    for (Launched thread : launched.reversed()) {
      body = new Stmt.Attr(thread.axis(), THREAD_EXTENT, thread.extent(), body);
    }
    return body;
  }

  /** A thread index of the kernel. */
  private record Launched(IterVar axis, Expr extent) {}

  /** The thread indices of a kernel, with their extents. */
  private static final class Bindings extends IrWalker {
    final Map<ThreadTag, Launched> threads = new EnumMap<>(ThreadTag.class);
    private final String function;
    private final Analyzer analyzer = new Analyzer();
    private final Map<ThreadTag, Stmt.For> open = new EnumMap<>(ThreadTag.class);
    private final Set<Var> inside = new HashSet<>();

    Bindings(String function) {
      this.function = function;
    }

    @Override
    public void stmt(Stmt node) {
      if (!(node instanceof Stmt.For f)) {
        super.stmt(node);
        return;
      }
      inside.add(f.var());
      ThreadTag tag = f.thread();
      if (tag == null || tag.level == ThreadTag.Level.VIRTUAL) {
        super.stmt(f);
        return;
      }
      bind(f, tag);
      Stmt.For outer = open.get(tag);
      if (outer == null) {
        open.put(tag, f);
      }
      super.stmt(f);
      if (outer == null) {
        open.remove(tag);
      }
    }

    private void bind(Stmt.For f, ThreadTag tag) {
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          if (node instanceof Var v && inside.contains(v)) {
            throw refuse(
                f, tag, "has an extent that depends on '" + v.name() + "', a loop of the kernel");
          }
          super.expr(node);
        }
      }.expr(f.extent());
      Expr extent = analyzer.simplify(f.extent());
      Stmt.For outer = open.get(tag);
      if (outer != null && !analyzer.proveEqual(outer.extent(), extent)) {
        throw refuse(
            f,
            tag,
            "has extent "
                + text(extent)
                + " within loop '"
                + outer.var().name()
                + "' of extent "
                + text(outer.extent())
                + ", bound to the same index");
      }
      if (outer != null && mentions(f.body(), outer.var())) {
        throw refuse(
            f,
            tag,
            "is within loop '"
                + outer.var().name()
                + "', bound to the same index, and what is in it depends on both");
      }
      Launched known = threads.get(tag);
      if (known == null) {
        Var v = Var.of(shortName(tag), f.var().dtype());
        threads.put(tag, new Launched(IterVar.thread(extent, v, tag), extent));
      } else if (!analyzer.proveEqual(known.extent(), extent)) {
        if (!(known.extent() instanceof Expr.IntImm a && extent instanceof Expr.IntImm b)) {
          throw refuse(
              f,
              tag,
              "has extent "
                  + text(extent)
                  + ", another loop bound to the same index "
                  + text(known.extent())
                  + ", and nobody knows which is larger");
        }
        if (b.value() > a.value()) {
          IterVar axis = IterVar.thread(extent, known.axis().var(), tag);
          threads.put(tag, new Launched(axis, extent));
        }
      }
    }

    private static boolean mentions(Stmt stmt, Var v) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= node == v;
          super.expr(node);
        }
      }.stmt(stmt);
      return found[0];
    }

    private static String text(Expr extent) {
      return extent instanceof Expr.IntImm imm ? Long.toString(imm.value()) : "that is symbolic";
    }

    private LoweringException refuse(Stmt.For f, ThreadTag tag, String reason) {
      return new LoweringException(
          "loop '" + f.var().name() + "', bound to " + tag + ", " + reason,
          function,
          "bind loops of equal, fixed extent to one thread index");
    }
  }

  private static String shortName(ThreadTag tag) {
    String axis = tag.text.substring(tag.text.length() - 1);
    return switch (tag.level) {
      case GRID -> "b" + axis;
      case BLOCK -> "t" + axis;
      case CLUSTER -> "c" + axis;
      case VIRTUAL -> "v" + axis;
    };
  }

  /** Drops the bound loops of a kernel. */
  private static final class Rewriter extends IrRewriter {
    private final Map<ThreadTag, Launched> threads;
    private final String function;
    private final Analyzer analyzer = new Analyzer();
    private final EnumSet<ThreadTag> open = EnumSet.noneOf(ThreadTag.class);

    Rewriter(Bindings bindings) {
      this.threads = bindings.threads;
      this.function = bindings.function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f && f.thread() != null) {
        Launched thread = threads.get(f.thread());
        if (thread != null) {
          return bound(f, f.thread(), thread);
        }
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store) {
        inAllBlockLoops(store.buffer());
        Expr guard = onlyOneThread(store.buffer().scope());
        return guard == null ? store : new Stmt.If(guard, store, null);
      }
      return mapped;
    }

    private Stmt bound(Stmt.For f, ThreadTag tag, Launched thread) {
      Var index = thread.axis().var();
      boolean outermost = open.add(tag);
      Expr value = Expr.add(f.min(), Expr.cast(f.var().dtype(), index));
      Stmt body = stmt(Substitute.in(f.body(), Map.of(f.var(), value)));
      if (outermost) {
        open.remove(tag);
      }
      boolean all = analyzer.proveEqual(thread.extent(), f.extent());
      Expr inRange = Expr.lt(index, Expr.cast(index.dtype(), f.extent()));
      return all ? body : new Stmt.If(inRange, body, null);
    }

    /** Refuses what each of several blocks of the grid would write. */
    private void inAllBlockLoops(Buffer buffer) {
      if (buffer.scope().rank() != Scope.Rank.GLOBAL) {
        return;
      }
      for (Map.Entry<ThreadTag, Launched> entry : threads.entrySet()) {
        ThreadTag tag = entry.getKey();
        Expr extent = entry.getValue().extent();
        if (tag.level == ThreadTag.Level.GRID && !open.contains(tag) && !extent.isConst(1)) {
          throw new LoweringException(
              "'"
                  + buffer.name()
                  + "' is written outside of the loops bound to "
                  + tag
                  + " that its kernel has elsewhere, so each of their blocks would write it, and"
                  + " blocks can't wait for one another",
              function,
              "bind a loop around all of the kernel to " + tag + ", or make it two nests");
        }
      }
    }

    /** What must hold for a store that stands outside of loops over threads that others have. */
    private @Nullable Expr onlyOneThread(Scope scope) {
      boolean shared =
          switch (scope.rank()) {
            case GLOBAL, SHARED, TEXTURE -> true;
            case WARP,
                LOCAL,
                WMMA_MATRIX_A,
                WMMA_MATRIX_B,
                WMMA_ACCUMULATOR,
                MMA_MATRIX_A,
                MMA_MATRIX_B,
                MMA_MATRIX_C ->
                false;
          };
      if (!shared) {
        return null;
      }
      Expr guard = null;
      for (Map.Entry<ThreadTag, Launched> entry : threads.entrySet()) {
        boolean repeats =
            entry.getKey().level == ThreadTag.Level.BLOCK
                && !open.contains(entry.getKey())
                && !entry.getValue().extent().isConst(1);
        if (repeats) {
          Var index = entry.getValue().axis().var();
          Expr first = Expr.eq(index, Expr.imm(index.dtype(), 0));
          guard = guard == null ? first : Expr.and(guard, first);
        }
      }
      return guard;
    }
  }
}
