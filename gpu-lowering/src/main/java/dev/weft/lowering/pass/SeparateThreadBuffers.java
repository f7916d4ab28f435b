package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
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
import java.util.List;
import java.util.Map;

/**
 * Gives each iteration of bound loops its own part of the global memory that a block within them
 * allocates. Device memory belongs to the whole function, so all threads would have one buffer
 * between them, where each iteration should have its own.
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

  private static final class Separator extends IrRewriter {
    private final String function;
    private final List<Stmt.For> bound = new ArrayList<>();
    private final Map<Buffer, Separated> separated = new HashMap<>();
    private final Map<Var, Buffer> byPointer = new HashMap<>();

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
        boolean isGlobal = buffer.scope().rank() == Scope.Rank.GLOBAL;
        Separated own = isGlobal && !bound.isEmpty() ? separate(buffer) : null;
        allocs.add(own == null ? buffer : own.buffer());
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

    private Separated separate(Buffer buffer) {
      List<Expr> shape = new ArrayList<>();
      List<Expr> part = new ArrayList<>();
      EnumSet<ThreadTag> seen = EnumSet.noneOf(ThreadTag.class);
      for (Stmt.For loop : bound) {
        ThreadTag tag = loop.thread();
        // A loop within another one that is bound to the same index has its value.
        if (tag != null && (tag.level == ThreadTag.Level.VIRTUAL || seen.add(tag))) {
          shape.add(Expr.cast(buffer.indexType(), loop.extent()));
          part.add(Expr.cast(buffer.indexType(), Expr.sub(loop.var(), loop.min())));
        }
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
                + "' in global memory is allocated within a bound loop and reached through its"
                + " pointer, so its threads can't be given parts of their own",
            function,
            "allocate it in the root block, or set its scope to shared or local");
      }
      Expr mapped = super.expr(node);
      return mapped instanceof Expr.Load load
              && separated.get(load.buffer()) instanceof Separated own
          ? new Expr.Load(own.buffer(), own.at(load.indices()), load.predicate())
          : mapped;
    }
  }
}
