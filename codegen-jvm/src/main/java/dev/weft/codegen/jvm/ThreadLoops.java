package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the threads of a block loops: what stands between two barriers is carried out for one
 * thread after the other (the work-item loops of CPU implementations of OpenCL; Jääskeläinen et
 * al., "pocl: A Performance-Portable OpenCL Implementation", 2015, section 4). What a thread keeps
 * over a barrier gets an element for each thread.
 *
 * <pre>
 * for k:                         for k:
 *   shared[t] = A[k, t]            for t: shared[t] = A[k, t]
 *   barrier                 →
 *   sum[0] += shared[1 - t]        for t: sum[t] += shared[1 - t]
 *   barrier
 * </pre>
 */
final class ThreadLoops {
  /** A thread axis of the block with its extent. */
  private record Axis(Var var, long extent) {}

  private final List<Axis> axes;
  private final long threads;
  private final String kernel;

  /** Memory that has an element for each thread, by its old pointer. */
  private final Map<Var, Var> expanded = new HashMap<>();

  private final Map<Var, Long> sizes = new HashMap<>();

  private ThreadLoops(List<Axis> axes, String kernel) {
    this.axes = axes;
    this.kernel = kernel;
    long product = 1;
    for (Axis axis : axes) {
      product *= axis.extent();
    }
    this.threads = product;
  }

  /**
   * The statement with loops instead of threads.
   *
   * @param body what a thread does, without the {@code thread_extent} attributes
   * @param threadAxes the thread indices of the block and their extents, outermost first
   * @param kernel its name, for errors
   * @throws LoweringException if a barrier is not reached by all threads or by none, as far as can
   *     be seen
   */
  static Stmt of(Stmt body, Map<IterVar, Expr> threadAxes, String kernel) {
    List<Axis> axes = new ArrayList<>();
    Map<Var, Expr> single = new HashMap<>();
    threadAxes.forEach(
        (axis, extent) -> {
          if (extent.isConst(1)) {
            single.put(axis.var(), Expr.imm(axis.var().dtype(), 0));
          } else if (extent instanceof Expr.IntImm(DType dtype, long value)) {
            axes.add(new Axis(axis.var(), value));
          } else {
            throw ExprEmitter.refuse("a block of a size that is not constant");
          }
        });
    Stmt inner = single.isEmpty() ? body : Substitute.in(body, single);
    return new ThreadLoops(axes, kernel).between(inner);
  }

  /** Splits at the barriers. */
  private Stmt between(Stmt node) {
    if (!hasBarrier(node)) {
      return each(node);
    }
    return switch (node) {
      case Stmt.Evaluate barrier -> Stmt.seq(List.of());
      case Stmt.Seq(List<Stmt> stmts) -> {
        List<Stmt> result = new ArrayList<>();
        List<Stmt> run = new ArrayList<>();
        for (Stmt stmt : stmts) {
          if (hasBarrier(stmt)) {
            flush(run, result);
            result.add(between(stmt));
          } else {
            run.add(stmt);
          }
        }
        flush(run, result);
        yield Stmt.seq(result);
      }
      case Stmt.Allocate allocate -> allocate(allocate);
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> new Stmt.DeclBuffer(buffer, between(body));
      case Stmt.Attr a -> new Stmt.Attr(a.node(), a.key(), a.value(), between(a.body()));
      case Stmt.Let(Var v, Expr value, Stmt body) -> let(v, value, body);
      case Stmt.For loop -> {
        requireUniform(loop.min(), "the start of loop '" + loop.var().name() + "'");
        requireUniform(loop.extent(), "the extent of loop '" + loop.var().name() + "'");
        yield loop.withBody(between(loop.body()));
      }
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        requireUniform(condition, "a condition");
        yield new Stmt.If(condition, between(then), otherwise == null ? null : between(otherwise));
      }
      case Stmt.While w -> throw divergent("a while loop");
      case Stmt.Assert a -> throw divergent("an assertion");
      case Stmt.AllocateConst a -> throw divergent("constant memory");
      case Stmt.ThreadGroup g -> throw divergent("the thread group '" + g.role() + "'");
      case Stmt.Block b -> throw divergent("a block");
      case Stmt.BlockRealize b -> throw divergent("a block");
      case Stmt.Store s -> throw new IllegalStateException("a store has no barrier");
      case Stmt.Break s -> throw new IllegalStateException("a break has no barrier");
      case Stmt.Continue s -> throw new IllegalStateException("a continue has no barrier");
    };
  }

  private void flush(List<Stmt> run, List<Stmt> result) {
    if (!run.isEmpty()) {
      result.add(each(Stmt.seq(List.copyOf(run))));
      run.clear();
    }
  }

  /** For each thread. */
  private Stmt each(Stmt node) {
    Stmt body = new Expanded().stmt(node);
    Map<Var, Expr> fresh = new HashMap<>();
    List<Var> vars = new ArrayList<>();
    for (Axis axis : axes) {
      Var v = axis.var().renamed(axis.var().name());
      vars.add(v);
      fresh.put(axis.var(), v);
    }
    body = fresh.isEmpty() ? body : Substitute.in(body, fresh);
    for (int i = axes.size() - 1; i >= 0; i--) {
      Expr extent = Expr.imm(axes.get(i).var().dtype(), axes.get(i).extent());
      body = Stmt.For.serial(vars.get(i), extent, body);
    }
    return body;
  }

  /** A thread's own memory over barriers has a part for each thread. */
  private Stmt allocate(Stmt.Allocate allocate) {
    Var.PointerType type = allocate.data().pointerType();
    Scope scope = type == null ? Scope.LOCAL : type.scope();
    if (scope.rank() == Scope.Rank.SHARED || threads == 1) {
      return new Stmt.Allocate(
          allocate.data(),
          allocate.dtype(),
          allocate.extents(),
          allocate.condition(),
          allocate.annotations(),
          between(allocate.body()));
    }
    long elements = Methods.elements(allocate);
    Var all = Var.pointer(allocate.data().name(), allocate.dtype(), scope);
    return expand(allocate.data(), all, allocate.dtype(), elements, allocate.body());
  }

  private Stmt expand(Var old, Var all, DType dtype, long elements, Stmt body) {
    expanded.put(old, all);
    sizes.put(old, elements);
    return new Stmt.Allocate(
        all,
        dtype,
        List.of(Expr.imm(DType.INT32, elements * threads)),
        Expr.imm(DType.BOOL, 1),
        Map.of(),
        between(body));
  }

  private Stmt let(Var v, Expr value, Stmt body) {
    if (!reads(value)) {
      // Arithmetic of indices: done again on the other side of the barrier.
      return between(Substitute.in(body, Map.of(v, value)));
    }
    Var data = Var.pointer(v.name(), v.dtype(), Scope.LOCAL);
    Buffer buffer = flat(data, v.dtype(), 1);
    Expr zero = Expr.int32(0);
    Stmt uses = Substitute.in(body, Map.of(v, new Expr.Load(buffer, List.of(zero))));
    Stmt whole = Stmt.seq(List.of(new Stmt.Store(buffer, value, List.of(zero)), uses));
    return expand(data, Var.pointer(v.name(), v.dtype(), Scope.LOCAL), v.dtype(), 1, whole);
  }

  private static Buffer flat(Var data, DType dtype, long elements) {
    return new Buffer(
        data,
        dtype,
        List.of(Expr.imm(DType.INT32, elements)),
        List.of(),
        Expr.int32(0),
        data.name(),
        Buffer.DEFAULT_ALIGNMENT,
        1,
        List.of());
  }

  /** The number of a thread in its block. */
  private Expr thread() {
    Expr number = Expr.int32(0);
    for (Axis axis : axes) {
      number =
          Expr.add(
              Expr.mul(number, Expr.imm(DType.INT32, axis.extent())),
              Expr.cast(DType.INT32, axis.var()));
    }
    return number;
  }

  /** Accesses of expanded memory go to the thread's part. */
  private final class Expanded extends IrRewriter {
    private final Map<Buffer, Buffer> buffers = new HashMap<>();

    private Buffer whole(Buffer buffer) {
      return buffers.computeIfAbsent(
          buffer,
          b -> {
            Var all = expanded.get(b.data());
            if (all == null) {
              return b;
            }
            long elements = sizes.getOrDefault(b.data(), 1L) * threads;
            return flat(all, b.dtype(), elements);
          });
    }

    private List<Expr> part(Buffer buffer, List<Expr> indices) {
      Long elements = sizes.get(buffer.data());
      if (elements == null) {
        return indices;
      }
      Expr index = Expr.cast(DType.INT32, indices.get(0));
      return List.of(Expr.add(Expr.mul(thread(), Expr.imm(DType.INT32, elements)), index));
    }

    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store(Buffer b, Expr value, List<Expr> indices, Expr predicate)
          && expanded.containsKey(b.data())) {
        return new Stmt.Store(whole(b), value, part(b, indices), predicate);
      }
      return mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load(Buffer b, List<Expr> indices, Expr predicate)
          && expanded.containsKey(b.data())) {
        return new Expr.Load(whole(b), part(b, indices), predicate);
      }
      return mapped;
    }
  }

  private static boolean hasBarrier(Stmt node) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr e) {
        found[0] |= e instanceof Expr.Call call && call.is(Intrinsic.STORAGE_SYNC);
        if (!found[0]) {
          super.expr(e);
        }
      }
    }.stmt(node);
    return found[0];
  }

  private static boolean reads(Expr e) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Expr.Load;
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  /** What decides whether a barrier is reached must be the same for all threads. */
  private void requireUniform(Expr e, String what) {
    boolean[] varies = {reads(e)};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        varies[0] |= axes.stream().anyMatch(axis -> axis.var().equals(node));
        super.expr(node);
      }
    }.expr(e);
    if (varies[0]) {
      throw divergent(what);
    }
  }

  private LoweringException divergent(String what) {
    return new LoweringException(
        "a barrier depends on " + what + " that may differ between the threads of a block",
        kernel,
        "move the barrier out of it, so that all threads reach it");
  }
}
