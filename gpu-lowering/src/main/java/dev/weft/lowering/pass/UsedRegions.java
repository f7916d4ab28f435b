package dev.weft.lowering.pass;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The box of each buffer that a statement touches, over all iterations of the loops in it and, for
 * memory that threads share, over all of these threads. Conditions around an access count.
 */
final class UsedRegions extends IrWalker {
  private final Map<Buffer, @Nullable List<Interval>> regions = new HashMap<>();
  private final Map<Var, Buffer> byPointer = new HashMap<>();
  private final Map<Var, Interval> threads;
  private final Map<Var, Interval> loops = new LinkedHashMap<>();
  private final List<Expr> conditions = new ArrayList<>();
  private final Analyzer analyzer;

  /**
   * @param buffers the buffers of interest
   * @param threads the indices of threads that share {@code shared} memory, with their values
   */
  UsedRegions(List<Buffer> buffers, Map<Var, Interval> threads, Analyzer analyzer) {
    this.threads = threads;
    this.analyzer = analyzer;
    for (Buffer buffer : buffers) {
      regions.put(buffer, List.of());
      byPointer.put(buffer.data(), buffer);
    }
  }

  /** One interval a dimension; null if nobody uses the buffer, or nobody can say how. */
  @Nullable List<Interval> of(Buffer buffer) {
    List<Interval> region = regions.get(buffer);
    return region == null || region.size() != buffer.rank() || region.isEmpty() ? null : region;
  }

  @Override
  public void stmt(Stmt node) {
    switch (node) {
      case Stmt.For f -> {
        expr(f.min());
        expr(f.extent());
        Interval first = Interval.of(f.min(), all(), analyzer);
        Interval last =
            Interval.of(
                analyzer.simplify(Expr.sub(Expr.add(f.min(), f.extent()), 1)), all(), analyzer);
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
        loops.put(f.var(), new Interval(first.min(), last.max()));
        stmt(f.body());
        loops.remove(f.var());
      }
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        expr(value);
        loops.put(v, Interval.of(value, all(), analyzer));
        stmt(body);
        loops.remove(v);
      }
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        expr(condition);
        under(condition, () -> stmt(then));
        if (otherwise != null) {
          stmt(otherwise);
        }
      }
      case Stmt.BlockRealize realize -> {
        expr(realize.predicate());
        for (MatchBufferRegion match : realize.block().matchBuffers()) {
          use(match.source().buffer(), match.source().region());
        }
        under(realize.predicate(), () -> stmt(realize.block().body()));
      }
      case Stmt.Store store -> {
        use(store.buffer(), store.indices().stream().map(Range::point).toList());
        super.stmt(store);
      }
      case Stmt.Attr s -> super.stmt(s);
      case Stmt.Assert s -> super.stmt(s);
      case Stmt.Allocate s -> super.stmt(s);
      case Stmt.AllocateConst s -> super.stmt(s);
      case Stmt.DeclBuffer s -> super.stmt(s);
      case Stmt.Seq s -> super.stmt(s);
      case Stmt.Evaluate s -> super.stmt(s);
      case Stmt.While s -> super.stmt(s);
      case Stmt.Break s -> {}
      case Stmt.Continue s -> {}
      case Stmt.ThreadGroup s -> super.stmt(s);
      case Stmt.Block s -> stmt(s.body());
    }
  }

  @Override
  public void expr(Expr node) {
    switch (node) {
      case Expr.Load load -> {
        use(load.buffer(), load.indices().stream().map(Range::point).toList());
        super.expr(load);
      }
      case Expr.Call call when call.is(Intrinsic.IF_THEN_ELSE) -> {
        expr(call.args().get(0));
        under(call.args().get(0), () -> expr(call.args().get(1)));
        expr(call.args().get(2));
      }
      case Expr.Call call when call.is(Intrinsic.ADDRESS_OF) -> {
        // From a pointer anything may be reached.
        if (call.args().get(0) instanceof Expr.Load load && regions.containsKey(load.buffer())) {
          regions.put(load.buffer(), null);
        }
        super.expr(call);
      }
      case Var v -> {
        Buffer buffer = byPointer.get(v);
        if (buffer != null) {
          regions.put(buffer, null);
        }
      }
      case Expr.IntImm e -> {}
      case Expr.FloatImm e -> {}
      case Expr.StringImm e -> {}
      case Expr.Cast e -> super.expr(e);
      case Expr.Binary e -> super.expr(e);
      case Expr.Not e -> super.expr(e);
      case Expr.Select e -> super.expr(e);
      case Expr.Ramp e -> super.expr(e);
      case Expr.Broadcast e -> super.expr(e);
      case Expr.Let(Var v, Expr value, Expr body) -> {
        expr(value);
        loops.put(v, Interval.of(value, all(), analyzer));
        expr(body);
        loops.remove(v);
      }
      case Expr.Shuffle e -> super.expr(e);
      case Expr.Call e -> super.expr(e);
    }
  }

  private Map<Var, Interval> all() {
    Map<Var, Interval> all = new LinkedHashMap<>(threads);
    all.putAll(loops);
    return all;
  }

  private void under(Expr condition, Runnable body) {
    int before = conditions.size();
    conjuncts(condition);
    body.run();
    while (conditions.size() > before) {
      conditions.removeLast();
    }
  }

  private void conjuncts(Expr condition) {
    if (condition instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.AND) {
      conjuncts(a);
      conjuncts(b);
    } else if (condition instanceof Expr.Call call && call.is(Intrinsic.LIKELY)) {
      conjuncts(call.args().get(0));
    } else {
      conditions.add(condition);
    }
  }

  private void use(Buffer buffer, List<Range> box) {
    List<Interval> known = regions.get(buffer);
    if (known == null) {
      return;
    }
    boolean shared = buffer.scope().rank() == Scope.Rank.SHARED;
    Map<Var, Interval> domains = shared ? all() : loops;
    List<Interval> region = new ArrayList<>();
    for (int i = 0; i < box.size(); i++) {
      Expr first = analyzer.simplify(box.get(i).min());
      Expr last = analyzer.simplify(Expr.sub(Expr.add(first, box.get(i).extent()), 1));
      Interval low =
          Interval.of(first, domains, analyzer).under(conditions, first, domains, analyzer);
      Interval high =
          box.get(i).isPoint()
              ? low
              : Interval.of(last, domains, analyzer).under(conditions, last, domains, analyzer);
      Interval here = new Interval(low.min(), high.max());
      region.add(known.isEmpty() ? here : known.get(i).union(here, analyzer));
    }
    regions.put(buffer, region);
  }
}
