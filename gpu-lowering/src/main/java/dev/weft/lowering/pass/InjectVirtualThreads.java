package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Interleaves virtual threads in one real thread: buffers that differ between them get one more
 * dimension, and each innermost statement that differs runs once for every virtual thread. What is
 * the same for all runs once.
 *
 * <pre>{@code
 * for v in T.thread_binding(2, "vthread.x"):     acc = T.alloc_buffer((2, 4), scope="local")
 *     acc = T.alloc_buffer((4,), scope="local")  for k in range(64):
 *     for k in range(64):                    →       S[0] = A[k]
 *         S[0] = A[k]                                for v in T.unroll(2):
 *         acc[0] += S[0] * B[v]                          acc[v, 0] += S[0] * B[v]
 * }</pre>
 */
public final class InjectVirtualThreads implements Pass {
  @Override
  public String name() {
    return "inject_virtual_threads";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.NO_BOUND_LOOPS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    String name = function.globalSymbol("main");
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            // Inner virtual threads first.
            Stmt mapped = super.stmt(node);
            boolean virtual =
                mapped instanceof Stmt.For f
                    && f.thread() != null
                    && f.thread().level == ThreadTag.Level.VIRTUAL;
            return virtual ? interleaved((Stmt.For) mapped, name) : mapped;
          }
        };
    return function.withBody(rewriter.stmt(function.body()));
  }

  private static Stmt interleaved(Stmt.For loop, String function) {
    if (!(loop.extent() instanceof Expr.IntImm)) {
      throw new LoweringException(
          "the virtual thread loop '" + loop.var().name() + "' has no constant extent",
          function,
          "split with a constant factor before binding to vthread");
    }
    return new Interleaver(loop, Differing.within(loop)).stmt(loop.body());
  }

  /** The buffers, allocated within the loop, whose content differs between virtual threads. */
  private static final class Differing extends IrWalker {
    private final Set<Buffer> allocated = new HashSet<>();
    private final Set<Buffer> differing = new HashSet<>();
    private final Set<Var> vars = new HashSet<>();
    private int control;
    private boolean changed;

    static Differing within(Stmt.For loop) {
      Differing result = new Differing();
      result.vars.add(loop.var());
      do {
        result.changed = false;
        result.stmt(loop.body());
      } while (result.changed);
      return result;
    }

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.Block block -> {
          // Shared memory is shared by virtual threads, too.
          block.allocBuffers().stream()
              .filter(buffer -> buffer.scope().rank() != Scope.Rank.SHARED)
              .forEach(allocated::add);
          super.stmt(block);
        }
        case Stmt.Store store -> {
          boolean differs =
              control > 0
                  || differs(store.value())
                  || store.indices().stream().anyMatch(this::differs);
          if (differs && allocated.contains(store.buffer())) {
            changed |= differing.add(store.buffer());
          }
        }
        case Stmt.For f -> {
          if (differs(f.min()) || differs(f.extent())) {
            changed |= vars.add(f.var());
          }
          super.stmt(f);
        }
        case Stmt.If f -> under(differs(f.condition()), f);
        case Stmt.BlockRealize r -> under(differs(r.predicate()), r);
        case Stmt.Let(Var v, Expr value, Stmt body) -> {
          if (differs(value)) {
            changed |= vars.add(v);
          }
          stmt(body);
        }
        case Stmt.While f -> under(differs(f.condition()), f);
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> super.stmt(s);
      }
    }

    private void under(boolean differs, Stmt node) {
      control += differs ? 1 : 0;
      super.stmt(node);
      control -= differs ? 1 : 0;
    }

    boolean differs(Expr e) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= node instanceof Var v && vars.contains(v);
          found[0] |= node instanceof Expr.Load load && differing.contains(load.buffer());
          super.expr(node);
        }
      }.expr(e);
      return found[0];
    }

    boolean differs(Stmt s) {
      boolean[] found = {false};
      Differing outer = this;
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= outer.differs(node);
        }

        @Override
        public void stmt(Stmt node) {
          found[0] |= node instanceof Stmt.Store store && differing.contains(store.buffer());
          super.stmt(node);
        }
      }.stmt(s);
      return found[0];
    }
  }

  private static final class Interleaver extends IrRewriter {
    private final Stmt.For loop;
    private final Differing differing;
    private final Map<Buffer, Buffer> expanded = new HashMap<>();

    Interleaver(Stmt.For loop, Differing differing) {
      this.loop = loop;
      this.differing = differing;
    }

    @Override
    public Stmt stmt(Stmt node) {
      return switch (node) {
        case Stmt.Store s -> leaf(s);
        case Stmt.Evaluate s -> leaf(s);
        case Stmt.If s -> differing.differs(s.condition()) ? leaf(s) : super.stmt(s);
        case Stmt.While s -> differing.differs(s.condition()) ? leaf(s) : super.stmt(s);
        case Stmt.For s ->
            differing.differs(s.min()) || differing.differs(s.extent()) ? leaf(s) : super.stmt(s);
        case Stmt.Let s -> differing.differs(s.value()) ? leaf(s) : super.stmt(s);
        case Stmt.Assert s -> differing.differs(s.condition()) ? leaf(s) : super.stmt(s);
        case Stmt.BlockRealize s -> {
          if (!differing.differs(s.predicate())) {
            yield super.stmt(s);
          }
          if (s.block().allocBuffers().isEmpty()) {
            yield leaf(s);
          }
          // What it allocates is there for all of them.
          Stmt under = new Stmt.If(s.predicate(), s.block().body(), null);
          yield super.stmt(
              new Stmt.BlockRealize(s.iterValues(), Expr.bool(true), s.block().withBody(under)));
        }
        case Stmt.Block s -> super.stmt(s.withAllocBuffers(allocations(s.allocBuffers())));
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> super.stmt(s);
      };
    }

    private List<Buffer> allocations(List<Buffer> buffers) {
      List<Buffer> result = new ArrayList<>();
      for (Buffer buffer : buffers) {
        result.add(differing.differing.contains(buffer) ? expand(buffer) : buffer);
      }
      return result;
    }

    private Buffer expand(Buffer buffer) {
      List<Expr> shape = new ArrayList<>();
      shape.add(Expr.cast(buffer.indexType(), loop.extent()));
      shape.addAll(buffer.shape());
      List<Expr> strides = new ArrayList<>();
      if (!buffer.strides().isEmpty()) {
        strides.add(Expr.mul(buffer.strides().get(0), buffer.shape().get(0)));
        strides.addAll(buffer.strides());
      }
      Buffer result = buffer.withShape(shape, strides);
      expanded.put(buffer, result);
      return result;
    }

    /** Runs the statement for each virtual thread, or once if it is the same for all. */
    private Stmt leaf(Stmt node) {
      if (!differing.differs(node)) {
        return node;
      }
      Var v = loop.var().renamed(loop.var().name());
      Stmt body = new Indexer(v).stmt(node);
      return new Stmt.For(
          v, loop.min(), loop.extent(), ForKind.UNROLLED, null, loop.annotations(), body);
    }

    /** Gives the accesses of a statement their virtual thread. */
    private final class Indexer extends IrRewriter {
      private final Var v;

      Indexer(Var v) {
        this.v = v;
      }

      @Override
      public Expr expr(Expr node) {
        if (node == loop.var()) {
          return v;
        }
        Expr mapped = super.expr(node);
        if (mapped instanceof Expr.Load(Buffer buffer, var indices, var predicate)
            && expanded.containsKey(buffer)) {
          return new Expr.Load(wide(buffer), with(indices), predicate);
        }
        return mapped;
      }

      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Store(Buffer buffer, var value, var indices, var predicate)
            && expanded.containsKey(buffer)) {
          return new Stmt.Store(wide(buffer), value, with(indices), predicate);
        }
        return mapped;
      }

      private Buffer wide(Buffer buffer) {
        return expanded.getOrDefault(buffer, buffer);
      }

      private List<Expr> with(List<Expr> indices) {
        List<Expr> result = new ArrayList<>();
        result.add(v);
        result.addAll(indices);
        return result;
      }
    }
  }
}
