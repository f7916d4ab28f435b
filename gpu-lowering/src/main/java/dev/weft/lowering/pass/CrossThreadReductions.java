package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.BinaryOp;
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
import dev.weft.tir.schedule.primitive.Combiner;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reduction whose loop is bound to threads becomes a partial reduction of each thread, in
 * registers, and a combination of these across the threads ({@link AllReduce}).
 *
 * <pre>{@code
 * for k_0 in range(4):                                for k_1 in T.thread_binding(32, "threadIdx.x"):
 *   for k_1 in T.thread_binding(32, "threadIdx.x"):     partial[0] = 0
 *     with T.block("C"):                            →   for k_0 in range(4):
 *       vk = T.axis.reduce(128, k_0 * 32 + k_1)           partial[0] = partial[0] + A[i, k_0 * 32 + k_1]
 *       with T.init():                                  …combine partial[0] of all threads…
 *         C[vi] = 0                                     if k_1 == 0:
 *       C[vi] = C[vi] + A[vi, vk]                         C[i] = partial[0]
 * }</pre>
 *
 * <p>The operation must be one that {@link Combiner} knows and begin with its neutral element, so
 * that partial results can be combined in any grouping. What is written to memory of a thread is
 * written by all threads, else one of them writes.
 */
public final class CrossThreadReductions implements Pass {
  @Override
  public String name() {
    return "cross_thread_reductions";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    String name = function.globalSymbol("main");
    return function.withBody(new Rewriter(target, name).stmt(function.body()));
  }

  private static boolean mentions(Expr e, Set<Var> vars) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Var v && vars.contains(v);
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  /** The values of a block's reduction axes, or those of the others. */
  private static List<Expr> values(Stmt.BlockRealize realize, boolean reduce) {
    List<Expr> result = new ArrayList<>();
    for (int i = 0; i < realize.iterValues().size(); i++) {
      if (realize.block().iterVars().get(i).kind() == IterVar.Kind.REDUCE == reduce) {
        result.add(realize.iterValues().get(i));
      }
    }
    return result;
  }

  private static final class Rewriter extends IrRewriter {
    private final Target target;
    private final String function;
    private final List<Stmt.For> around = new ArrayList<>();

    Rewriter(Target target, String function) {
      this.target = target;
      this.function = function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For || node instanceof Stmt.BlockRealize) {
        Stmt lowered = lowered(node);
        if (lowered != null) {
          return lowered;
        }
      }
      if (node instanceof Stmt.For f) {
        around.add(f);
        Stmt mapped = super.stmt(f);
        around.removeLast();
        return mapped;
      }
      return super.stmt(node);
    }

    /** What a nest becomes whose outermost loop a reduction across threads begins with. */
    private @Nullable Stmt lowered(Stmt node) {
      List<Stmt.For> nest = new ArrayList<>();
      Stmt inner = node;
      while (inner instanceof Stmt.For f) {
        nest.add(f);
        inner = f.body();
      }
      if (!(inner instanceof Stmt.BlockRealize realize)) {
        return null;
      }
      List<Expr> reduced = values(realize, true);
      boolean begins =
          nest.isEmpty()
              || reduced.stream().anyMatch(e -> mentions(e, Set.of(nest.getFirst().var())));
      List<Stmt.For> threads = new ArrayList<>();
      for (List<Stmt.For> loops : List.of(around, nest)) {
        for (Stmt.For f : loops) {
          boolean isReduced = reduced.stream().anyMatch(e -> mentions(e, Set.of(f.var())));
          if (isReduced && isThread(f) && !f.extent().isConst(1)) {
            threads.add(f);
          }
        }
      }
      return begins && !threads.isEmpty() ? lower(nest, realize, threads) : null;
    }

    private static boolean isThread(Stmt.For f) {
      return f.thread() != null && f.thread().level != ThreadTag.Level.VIRTUAL;
    }

    private LoweringException refuse(
        Stmt.BlockRealize realize, ThreadTag tag, String reason, String remedy) {
      return new LoweringException(
          "the reduction of block '"
              + realize.block().name()
              + "' is shared by the threads of "
              + tag
              + ", but "
              + reason,
          function,
          remedy);
    }

    private Stmt lower(
        List<Stmt.For> nest, Stmt.BlockRealize realize, List<Stmt.For> reduceThreads) {
      ThreadTag tag = reduceThreads.getFirst().thread();
      if (tag == null) {
        throw new IllegalStateException("a thread loop without a tag");
      }
      String rfactor = "apply rfactor to the loop first, or bind a spatial loop instead";
      for (Stmt.For f : reduceThreads) {
        if (f.thread() != null && f.thread().level != ThreadTag.Level.BLOCK) {
          throw refuse(realize, f.thread(), "thread blocks can't wait for each other", rfactor);
        }
      }
      Combiner combiner = Combiner.of(realize.block());
      if (combiner == null) {
        throw refuse(
            realize,
            tag,
            "it is none whose partial results can be combined in any grouping, with its init",
            rfactor);
      }
      List<Stmt.For> threadLoops = nest.stream().filter(Rewriter::isThread).toList();
      List<Stmt.For> serial = nest.stream().filter(f -> !isThread(f)).toList();
      Set<Var> own = new HashSet<>();
      serial.forEach(f -> own.add(f.var()));
      reduceThreads.forEach(f -> own.add(f.var()));
      if (values(realize, false).stream().anyMatch(e -> mentions(e, own))) {
        throw refuse(
            realize,
            tag,
            "a spatial axis depends on a loop within it",
            "reorder the spatial loops to the outside");
      }
      Set<Var> outer = new HashSet<>();
      around.stream().filter(f -> !isThread(f)).forEach(f -> outer.add(f.var()));
      if (values(realize, true).stream().anyMatch(e -> mentions(e, outer))) {
        throw refuse(
            realize,
            tag,
            "other statements stand within its outer loops",
            "keep other blocks out of the reduction's loops");
      }
      List<Stmt.For> others = new ArrayList<>();
      for (List<Stmt.For> loops : List.of(around, nest)) {
        for (Stmt.For f : loops) {
          ThreadTag of = f.thread();
          if (of != null && of.level == ThreadTag.Level.BLOCK && !reduceThreads.contains(f)) {
            others.add(f);
          }
        }
      }
      for (Stmt.For f : others) {
        if (reduceThreads.stream().anyMatch(r -> r.thread() == f.thread())) {
          throw refuse(realize, tag, "another loop around it is bound to it, too", rfactor);
        }
      }
      for (List<Stmt.For> loops : List.of(reduceThreads, others)) {
        if (loops.stream().anyMatch(f -> !(f.extent() instanceof Expr.IntImm))) {
          throw refuse(realize, tag, "the number of threads is not constant", rfactor);
        }
      }
      AllReduce.Group group = AllReduce.Group.of(reduceThreads, others, kernelExtents(nest));
      return emit(combiner, realize, threadLoops, serial, own, group);
    }

    /** The largest extent of each thread index of the kernel that the present nest belongs to. */
    private Map<ThreadTag, Long> kernelExtents(List<Stmt.For> nest) {
      Map<ThreadTag, Long> extents = new LinkedHashMap<>();
      List<Stmt.For> loops = around.isEmpty() ? nest : around;
      if (!loops.isEmpty()) {
        new IrWalker() {
          @Override
          public void stmt(Stmt node) {
            if (node instanceof Stmt.For f && isThread(f) && f.thread() != null) {
              long extent = f.extent() instanceof Expr.IntImm imm ? imm.value() : Long.MAX_VALUE;
              extents.merge(f.thread(), extent, Math::max);
            }
            super.stmt(node);
          }
        }.stmt(loops.getFirst());
      }
      return extents;
    }

    private Stmt emit(
        Combiner combiner,
        Stmt.BlockRealize realize,
        List<Stmt.For> threadLoops,
        List<Stmt.For> serial,
        Set<Var> own,
        AllReduce.Group group) {
      Stmt.Block block = realize.block();
      Map<Var, Expr> axes = new LinkedHashMap<>();
      for (int i = 0; i < block.iterVars().size(); i++) {
        Var axis = block.iterVars().get(i).var();
        axes.put(axis, Expr.cast(axis.dtype(), realize.iterValues().get(i)));
      }
      List<Expr> neutral = substituted(combiner.neutral(), axes);
      AllReduce across = new AllReduce(combiner, neutral, group, target);
      List<Stmt> body = new ArrayList<>(across.begin());
      List<Expr> conditions = conjuncts(realize.predicate());
      Stmt update = across.update(substituted(combiner.terms(), axes));
      update = guarded(conditions, update);
      for (Stmt.For loop : serial.reversed()) {
        update = loop.withBody(update);
      }
      body.add(update);
      body.addAll(across.combine());
      List<Expr> writes = new ArrayList<>();
      conditions.stream().filter(c -> !mentions(c, own)).forEach(writes::add);
      if (combiner.buffers().stream().anyMatch(b -> b.scope().rank() != Scope.Rank.LOCAL)) {
        writes.add(Expr.eq(group.member(), Expr.int32(0)));
      }
      List<Stmt> stores = new ArrayList<>();
      List<Expr> indices = substituted(combiner.indices(), axes);
      for (int i = 0; i < combiner.buffers().size(); i++) {
        stores.add(new Stmt.Store(combiner.buffers().get(i), across.result(i), indices));
      }
      body.add(guarded(writes, Stmt.seq(stores)));
      Stmt.Block opaque =
          new Stmt.Block(
              block.name(),
              List.of(),
              List.of(),
              List.of(),
              across.buffers(),
              List.of(),
              Map.of(),
              null,
              Stmt.seq(body));
      Stmt result = new Stmt.BlockRealize(List.of(), Expr.bool(true), opaque);
      for (Stmt.For loop : threadLoops.reversed()) {
        result = loop.withBody(result);
      }
      return result;
    }

    private static List<Expr> substituted(List<Expr> exprs, Map<Var, Expr> axes) {
      return exprs.stream().map(e -> Substitute.in(e, axes)).toList();
    }

    private static Stmt guarded(List<Expr> conditions, Stmt body) {
      Expr all = conditions.stream().reduce(Expr.bool(true), Expr::and);
      return all.isConst(1) ? body : new Stmt.If(all, body, null);
    }

    private static List<Expr> conjuncts(Expr condition) {
      if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
        List<Expr> result = new ArrayList<>(conjuncts(a));
        result.addAll(conjuncts(b));
        return result;
      }
      return condition.isConst(1) ? List.of() : List.of(condition);
    }
  }
}
