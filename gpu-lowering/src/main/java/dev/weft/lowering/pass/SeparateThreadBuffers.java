package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each iteration of bound loops its own part of the global or shared memory that a block
 * within them allocates. Device memory belongs to the whole function, shared memory to a block of
 * threads, so several threads would have one buffer between them, where each iteration should have
 * its own. Not so where threads work together: where a loop within the block is bound to the index
 * again, or the buffer's indices tell the threads apart.
 *
 * <pre>{@code
 * for i in T.thread_binding(8, "blockIdx.x"):    for i in T.thread_binding(8, "blockIdx.x"):
 *     with T.block("row"):                           with T.block("row"):
 *         B = T.alloc_buffer((16,))           →          B = T.alloc_buffer((8, 16))
 *         …B[j]…                                         …B[i, j]…
 * }</pre>
 */
public final class SeparateThreadBuffers implements Pass {
  @Override
  public String name() {
    return "separate_thread_buffers";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Separator(function.globalSymbol("main")).stmt(function.body()));
  }

  /** A buffer with a part for each thread, and which part is the current thread's. */
  private record Separated(Buffer buffer, List<Expr> part) {
    List<Expr> at(List<Expr> indices) {
      List<Expr> all = new ArrayList<>(part);
      all.addAll(indices);
      return all;
    }

    BufferRegion region(List<Range> region) {
      List<Range> all = new ArrayList<>(part.stream().map(Range::point).toList());
      all.addAll(region);
      return new BufferRegion(buffer, all);
    }
  }

  /** The loop variables that the indices of a buffer depend on. */
  private static final class Indices extends IrWalker {
    private final Buffer buffer;
    private final Map<Var, Expr> values;
    private final Set<Var> vars = new HashSet<>();

    Indices(Buffer buffer, Map<Var, Expr> around, Stmt.Block block) {
      this.buffer = buffer;
      this.values = new HashMap<>(around);
      if (block.init() != null) {
        stmt(block.init());
      }
      stmt(block.body());
    }

    static void bind(Stmt.BlockRealize realize, Map<Var, Expr> values) {
      for (int i = 0; i < realize.iterValues().size(); i++) {
        values.put(realize.block().iterVars().get(i).var(), realize.iterValues().get(i));
      }
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.BlockRealize realize) {
        bind(realize, values);
        for (MatchBufferRegion match : realize.block().matchBuffers()) {
          if (match.source().buffer() == buffer) {
            match.source().region().forEach(range -> collect(range.min()));
          }
        }
      }
      if (node instanceof Stmt.Store store && store.buffer() == buffer) {
        store.indices().forEach(this::collect);
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load && load.buffer() == buffer) {
        load.indices().forEach(this::collect);
      }
      super.expr(node);
    }

    private void collect(Expr index) {
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          if (node instanceof Var v && vars.add(v) && values.get(v) instanceof Expr value) {
            collect(value);
          }
          super.expr(node);
        }
      }.expr(index);
    }
  }

  private static final class Separator extends IrRewriter {
    private final String function;
    private final List<Stmt.For> bound = new ArrayList<>();
    private final Map<Buffer, Separated> separated = new HashMap<>();
    private final Map<Var, Buffer> byPointer = new HashMap<>();

    /** The values of the axes of the blocks around. */
    private final Map<Var, Expr> values = new HashMap<>();

    Separator(String function) {
      this.function = function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f && f.kind() == ForKind.THREAD_BINDING) {
        bound.add(f);
        Stmt mapped = super.stmt(f);
        bound.removeLast();
        return mapped;
      }
      if (node instanceof Stmt.BlockRealize realize) {
        Indices.bind(realize, values);
      }
      if (node instanceof Stmt.Block block) {
        return block(block);
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store
          && separated.get(store.buffer()) instanceof Separated own) {
        return new Stmt.Store(
            own.buffer(), store.value(), own.at(store.indices()), store.predicate());
      }
      return mapped;
    }

    private Stmt block(Stmt.Block block) {
      List<Buffer> allocs = new ArrayList<>();
      for (Buffer buffer : block.allocBuffers()) {
        List<Stmt.For> owners = owners(buffer, block);
        allocs.add(owners.isEmpty() ? buffer : separate(buffer, owners).buffer());
      }
      Stmt.Block mapped = (Stmt.Block) super.stmt(block);
      if (separated.isEmpty()) {
        return mapped;
      }
      List<MatchBufferRegion> matches =
          mapped.matchBuffers().stream()
              .map(match -> new MatchBufferRegion(match.buffer(), region(match.source())))
              .toList();
      return new Stmt.Block(
          mapped.name(),
          mapped.iterVars(),
          mapped.reads().stream().map(this::region).toList(),
          mapped.writes().stream().map(this::region).toList(),
          allocs,
          matches,
          mapped.annotations(),
          mapped.init(),
          mapped.body());
    }

    /** The bound loops around a block that share memory of a scope, and should not. */
    private List<Stmt.For> owners(Buffer buffer, Stmt.Block block) {
      Scope.Rank rank = buffer.scope().rank();
      if (bound.isEmpty() || (rank != Scope.Rank.GLOBAL && rank != Scope.Rank.SHARED)) {
        return List.of();
      }
      Set<Var> told = new Indices(buffer, values, block).vars;
      EnumSet<ThreadTag> together = EnumSet.noneOf(ThreadTag.class);
      new IrWalker() {
        @Override
        public void stmt(Stmt node) {
          if (node instanceof Stmt.For f && f.thread() instanceof ThreadTag tag) {
            together.add(tag);
          }
          super.stmt(node);
        }
      }.stmt(block.body());
      List<Stmt.For> owners = new ArrayList<>();
      for (Stmt.For loop : bound) {
        if (loop.thread() instanceof ThreadTag tag
            && !together.contains(tag)
            && !told.contains(loop.var())) {
          boolean shares =
              switch (tag.level) {
                case GRID, CLUSTER -> rank == Scope.Rank.GLOBAL;
                case BLOCK, VIRTUAL -> true;
              };
          // A loop within another one that is bound to the same index has its value.
          boolean first =
              tag.level == ThreadTag.Level.VIRTUAL
                  || owners.stream().noneMatch(other -> other.thread() == tag);
          if (shares && first) {
            owners.add(loop);
          }
        }
      }
      return owners;
    }

    private Separated separate(Buffer buffer, List<Stmt.For> owners) {
      List<Expr> shape = new ArrayList<>();
      List<Expr> part = new ArrayList<>();
      for (Stmt.For loop : owners) {
        shape.add(Expr.cast(buffer.indexType(), loop.extent()));
        part.add(Expr.cast(buffer.indexType(), Expr.sub(loop.var(), loop.min())));
      }
      List<Expr> strides = new ArrayList<>();
      if (!buffer.strides().isEmpty()) {
        Expr stride = Expr.mul(buffer.shape().getFirst(), buffer.strides().getFirst());
        for (int i = shape.size() - 1; i >= 0; i--) {
          strides.addFirst(stride);
          stride = Expr.mul(stride, shape.get(i));
        }
        strides.addAll(buffer.strides());
      }
      shape.addAll(buffer.shape());
      Separated own = new Separated(buffer.withShape(shape, strides), part);
      separated.put(buffer, own);
      byPointer.put(buffer.data(), buffer);
      return own;
    }

    private BufferRegion region(BufferRegion region) {
      Separated own = separated.get(region.buffer());
      return own == null ? region : own.region(region.region());
    }

    @Override
    public Expr expr(Expr node) {
      if (node instanceof Var v && byPointer.get(v) instanceof Buffer buffer) {
        throw new LoweringException(
            "buffer '"
                + buffer.name()
                + "' in scope "
                + buffer.scope()
                + " is allocated within a bound loop and reached through its pointer, so the"
                + " threads can't be given parts of their own",
            function,
            "allocate it in the root block, or set its scope to local");
      }
      Expr mapped = super.expr(node);
      return mapped instanceof Expr.Load load
              && separated.get(load.buffer()) instanceof Separated own
          ? new Expr.Load(own.buffer(), own.at(load.indices()), load.predicate())
          : mapped;
    }
  }
}
