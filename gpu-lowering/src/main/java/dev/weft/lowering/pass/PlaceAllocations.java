package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves each allocation to the innermost place that holds all uses of the buffer, so that the
 * region in use, and with it the memory, is small. Device memory stays outside of kernels; a buffer
 * that a reduction updates stays outside of the reduction's loops. So does a buffer stay outside of
 * loops some of whose iterations don't fill it, but read what earlier ones left in it.
 *
 * <pre>{@code
 * C_local = T.alloc_buffer(…, scope="local")   →   for i in T.thread_binding(…):
 * for i in T.thread_binding(…):                        with T.block():
 *     …C_local…                                            C_local = T.alloc_buffer(…)
 *                                                          …C_local…
 * }</pre>
 */
public final class PlaceAllocations implements Pass {
  @Override
  public String name() {
    return "place_allocations";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Stmt body = atTheirStart(function.body());
    Uses uses = new Uses();
    uses.stmt(body);
    IdentityHashMap<Stmt, List<Buffer>> places = new IdentityHashMap<>();
    for (Map.Entry<Buffer, List<Stmt>> entry : uses.common.entrySet()) {
      List<Stmt> path = uses.filledIn(entry.getKey(), entry.getValue());
      // A buffer nobody uses is dropped.
      if (uses.allocated.contains(entry.getKey())) {
        List<Stmt> within = allocatable(entry.getKey().scope(), path);
        places
            .computeIfAbsent(within.get(within.size() - 1), place -> new ArrayList<>())
            .add(entry.getKey());
      }
    }
    return function.withBody(new Mover(places).stmt(body));
  }

  /** A buffer made like a view may have the variable of the view's offset, but has own memory. */
  private static Stmt atTheirStart(Stmt body) {
    Map<Buffer, Buffer> renewed = new HashMap<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block) {
          for (Buffer b : block.allocBuffers()) {
            if (b.elemOffset() instanceof Var v) {
              Expr start = Expr.imm(v.dtype(), 0);
              renewed.put(
                  b,
                  new Buffer(
                      b.data(),
                      b.dtype(),
                      b.shape(),
                      b.strides(),
                      start,
                      b.name(),
                      b.alignment(),
                      b.offsetFactor(),
                      b.axisSeparators()));
            }
          }
        }
        super.stmt(node);
      }
    }.stmt(body);
    return renewed.isEmpty() ? body : Substitute.in(body, Map.of(), renewed);
  }

  /**
   * The part of the path in which a buffer of this scope can be allocated. Device memory belongs to
   * the function. Everything else can be allocated within loops over threads: these become part of
   * the kernel's frame, outside of everything.
   */
  private static List<Stmt> allocatable(Scope scope, List<Stmt> path) {
    return scope.rank() == Scope.Rank.GLOBAL ? path.subList(0, 1) : path;
  }

  /** For each buffer, the loops and blocks around all of its uses, outermost first. */
  private static final class Uses extends IrWalker {
    final Map<Buffer, List<Stmt>> common = new LinkedHashMap<>();
    final Set<Buffer> allocated = new HashSet<>();
    private final Map<Var, Buffer> byPointer = new HashMap<>();
    private final Map<Buffer, Integer> atMost = new HashMap<>();
    private final List<Stmt> path = new ArrayList<>();
    private final Map<Buffer, List<Expr>> written = new HashMap<>();
    private final Map<Buffer, List<Expr>> read = new HashMap<>();
    private final Analyzer analyzer = new Analyzer();
    private final Set<Var> loops = new HashSet<>();
    private Expr predicate = Expr.bool(true);

    /**
     * The part of a path all of whose serial loops fill the buffer anew in each iteration in which
     * it is read. They don't where what writes has a condition on their variables that what reads
     * has not.
     */
    List<Stmt> filledIn(Buffer buffer, List<Stmt> common) {
      Set<Var> onPath = new HashSet<>();
      for (Stmt stmt : common) {
        if (stmt instanceof Stmt.For f) {
          onPath.add(f.var());
        }
      }
      int depth = common.size();
      for (Expr condition : written.getOrDefault(buffer, List.of())) {
        Set<Var> about = new HashSet<>();
        collect(condition, about);
        about.removeIf(v -> !loops.contains(v));
        if (about.isEmpty() || !onPath.containsAll(about)) {
          // Nothing, or some of what an iteration writes: that is what it reads, then.
          continue;
        }
        boolean implied =
            read.getOrDefault(buffer, List.of()).stream().allMatch(r -> implies(r, condition));
        for (int d = 0; d < depth && !implied; d++) {
          if (common.get(d) instanceof Stmt.For f
              && f.kind() != ForKind.THREAD_BINDING
              && about.contains(f.var())) {
            depth = d;
          }
        }
      }
      return common.subList(0, depth);
    }

    private boolean implies(Expr given, Expr condition) {
      try (var _ = analyzer.constraint(given)) {
        return analyzer.prove(condition);
      }
    }

    private static void collect(Expr e, Set<Var> found) {
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          if (node instanceof Var v) {
            found.add(v);
          }
          super.expr(node);
        }
      }.expr(e);
    }

    private static void conjuncts(Expr e, List<Expr> found) {
      if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
        conjuncts(a, found);
        conjuncts(b, found);
      } else {
        found.add(e);
      }
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store store) {
        use(store.buffer());
        conjuncts(predicate, written.computeIfAbsent(store.buffer(), b -> new ArrayList<>()));
      }
      if (node instanceof Stmt.BlockRealize realize) {
        realize.iterValues().forEach(this::expr);
        expr(realize.predicate());
        List<Buffer> reduced = enterReduction(realize);
        Expr outer = predicate;
        predicate = Expr.and(outer, realize.predicate());
        path.add(node);
        block(realize.block());
        path.removeLast();
        predicate = outer;
        reduced.forEach(atMost::remove);
      } else if (node instanceof Stmt.For f) {
        expr(f.min());
        expr(f.extent());
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
        loops.add(f.var());
        path.add(node);
        stmt(f.body());
        path.removeLast();
      } else {
        super.stmt(node);
      }
    }

    private void block(Stmt.Block block) {
      for (Buffer buffer : block.allocBuffers()) {
        allocated.add(buffer);
        byPointer.put(buffer.data(), buffer);
      }
      for (MatchBufferRegion match : block.matchBuffers()) {
        use(match.source().buffer());
      }
      if (block.init() != null) {
        stmt(block.init());
      }
      stmt(block.body());
    }

    /** A buffer written by a reduction keeps its content over the reduction's loops. */
    private List<Buffer> enterReduction(Stmt.BlockRealize realize) {
      Set<Var> reduceVars = new HashSet<>();
      for (int i = 0; i < realize.iterValues().size(); i++) {
        if (realize.block().iterVars().get(i).kind() != IterVar.Kind.SPATIAL) {
          new IrWalker() {
            @Override
            public void expr(Expr node) {
              if (node instanceof Var v) {
                reduceVars.add(v);
              }
              super.expr(node);
            }
          }.expr(realize.iterValues().get(i));
        }
      }
      List<Buffer> reduced = new ArrayList<>();
      for (int depth = 0; depth < path.size(); depth++) {
        if (path.get(depth) instanceof Stmt.For f && reduceVars.contains(f.var())) {
          for (var write : realize.block().writes()) {
            if (atMost.putIfAbsent(write.buffer(), depth) == null) {
              reduced.add(write.buffer());
            }
          }
          break;
        }
      }
      return reduced;
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        use(load.buffer());
        read.computeIfAbsent(load.buffer(), b -> new ArrayList<>()).add(predicate);
      } else if (node instanceof Var v && byPointer.containsKey(v)) {
        use(byPointer.get(v));
      }
      super.expr(node);
    }

    private void use(Buffer buffer) {
      Integer limit = atMost.get(buffer);
      List<Stmt> here = limit == null ? path : path.subList(0, Math.min(limit, path.size()));
      common.merge(buffer, List.copyOf(here), Uses::commonPrefix);
    }

    @SuppressWarnings("ReferenceEquality") // The same loop, not one that looks like it.
    private static List<Stmt> commonPrefix(List<Stmt> a, List<Stmt> b) {
      int n = 0;
      while (n < a.size() && n < b.size() && a.get(n) == b.get(n)) {
        n++;
      }
      return a.subList(0, n);
    }
  }

  /** Takes the allocations from where they are to where they belong. */
  private static final class Mover extends IrRewriter {
    private final Map<Stmt, List<Buffer>> places;

    Mover(Map<Stmt, List<Buffer>> places) {
      this.places = places;
    }

    @Override
    public Stmt stmt(Stmt node) {
      List<Buffer> here = places.getOrDefault(node, List.of());
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.BlockRealize realize) {
        boolean same = here.isEmpty() && realize.block().allocBuffers().isEmpty();
        return same ? realize : realize.withBlock(realize.block().withAllocBuffers(here));
      }
      if (mapped instanceof Stmt.For f && !here.isEmpty()) {
        return f.withBody(allocating(here, f.body()));
      }
      return mapped;
    }

    private static Stmt allocating(List<Buffer> buffers, Stmt body) {
      Stmt.Block block =
          new Stmt.Block(
              "", List.of(), List.of(), List.of(), buffers, List.of(), Map.of(), null, body);
      return new Stmt.BlockRealize(List.of(), Expr.bool(true), block);
    }
  }
}
