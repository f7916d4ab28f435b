package dev.weft.tir.analysis;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The walk behind {@link AccessRegions}. */
final class AccessDetector extends IrWalker {
  private static final int READ = 1;
  private static final int WRITE = 2;

  private final Stmt.Block block;
  private final Map<Var, Buffer> pointers;
  private final Map<Buffer, MatchBufferRegion> views = new HashMap<>();
  private final Set<Buffer> own;
  private final Set<Buffer> stored = new HashSet<>();
  private final Map<Var, Range> running = new HashMap<>();
  private final Map<Var, Expr> lets = new HashMap<>();
  private final Map<Buffer, List<Range>> reads = new LinkedHashMap<>();
  private final Map<Buffer, List<Range>> writes = new LinkedHashMap<>();
  private final Map<Buffer, List<@Nullable Interval>> readIntervals = new HashMap<>();
  private final Map<Buffer, List<@Nullable Interval>> writeIntervals = new HashMap<>();

  AccessDetector(Stmt.Block block, Map<Var, Buffer> pointers) {
    this.block = block;
    this.pointers = pointers;
    this.own = new HashSet<>(block.allocBuffers());
    block.matchBuffers().forEach(match -> views.put(match.buffer(), match));
    IrWalker stores =
        new IrWalker() {
          @Override
          public void stmt(Stmt node) {
            if (node instanceof Stmt.Store store) {
              stored.add(store.buffer());
            }
            super.stmt(node);
          }
        };
    if (block.init() != null) {
      stores.stmt(block.init());
    }
    stores.stmt(block.body());
  }

  AccessRegions result() {
    if (block.init() != null) {
      stmt(block.init());
    }
    stmt(block.body());
    Set<Buffer> excluded = block.init() == null ? Set.of() : writes.keySet();
    return new AccessRegions(regions(reads, excluded), regions(writes, Set.of()));
  }

  private static List<BufferRegion> regions(
      Map<Buffer, List<Range>> accesses, Set<Buffer> excluded) {
    return accesses.entrySet().stream()
        .filter(entry -> !excluded.contains(entry.getKey()))
        .map(entry -> new BufferRegion(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public void expr(Expr node) {
    switch (node) {
      case Expr.Load load -> {
        access(load.buffer(), points(load.indices()), READ);
        super.expr(node);
      }
      case Expr.Let let -> {
        expr(let.value());
        lets.put(let.var(), Substitute.in(let.value(), lets));
        expr(let.body());
      }
      case Expr.Call call -> call(call);
      case Var v -> pointer(v, READ | WRITE);
      case Expr.IntImm _,
          Expr.FloatImm _,
          Expr.StringImm _,
          Expr.Cast _,
          Expr.Binary _,
          Expr.Not _,
          Expr.Select _,
          Expr.Ramp _,
          Expr.Broadcast _,
          Expr.Shuffle _ ->
          super.expr(node);
    }
  }

  private void call(Expr.Call call) {
    if (call.is(Intrinsic.ACCESS_PTR)
        && call.args().size() >= 5
        && call.args().get(1) instanceof Var data
        && call.args().get(4) instanceof Expr.IntImm mask) {
      pointer(data, (int) mask.value());
      expr(call.args().get(2));
      expr(call.args().get(3));
    } else if (call.is(Intrinsic.ADDRESS_OF)
        && call.args().size() == 1
        && call.args().get(0) instanceof Expr.Load load) {
      access(load.buffer(), whole(load.buffer()), READ | WRITE);
      load.indices().forEach(this::expr);
    } else {
      call.args().forEach(this::expr);
    }
  }

  private void pointer(Var data, int mode) {
    Buffer buffer = pointers.get(data);
    if (buffer != null) {
      access(buffer, whole(buffer), mode);
    }
  }

  private static List<Range> whole(Buffer buffer) {
    return buffer.whole().region();
  }

  @Override
  public void stmt(Stmt node) {
    switch (node) {
      case Stmt.Store store -> {
        access(store.buffer(), points(store.indices()), WRITE);
        super.stmt(node);
      }
      case Stmt.For loop -> {
        expr(loop.min());
        expr(loop.extent());
        Expr min = Substitute.in(loop.min(), lets);
        Expr extent = Substitute.in(loop.extent(), lets);
        running.put(loop.var(), new Range(min, extent));
        stmt(loop.body());
        running.remove(loop.var());
      }
      case Stmt.Let let -> {
        expr(let.value());
        lets.put(let.var(), Substitute.in(let.value(), lets));
        stmt(let.body());
      }
      case Stmt.BlockRealize realize -> inner(realize);
      case Stmt.DeclBuffer decl -> {
        own.add(decl.buffer());
        super.stmt(node);
      }
      case Stmt.Attr _,
          Stmt.Assert _,
          Stmt.Allocate _,
          Stmt.AllocateConst _,
          Stmt.Seq _,
          Stmt.Evaluate _,
          Stmt.If _,
          Stmt.While _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.ThreadGroup _,
          Stmt.Block _ ->
          super.stmt(node);
    }
  }

  /** A block within: what it says it accesses, at the values that its axes have here. */
  private void inner(Stmt.BlockRealize realize) {
    realize.iterValues().forEach(this::expr);
    expr(realize.predicate());
    Map<Var, Expr> axes = new HashMap<>();
    for (int i = 0; i < realize.iterValues().size(); i++) {
      axes.put(realize.block().iterVars().get(i).var(), realize.iterValues().get(i));
    }
    for (BufferRegion region : realize.block().reads()) {
      access(region.buffer(), Substitute.in(region, axes).region(), READ);
    }
    for (BufferRegion region : realize.block().writes()) {
      access(region.buffer(), Substitute.in(region, axes).region(), WRITE);
    }
  }

  private static List<Range> points(List<Expr> indices) {
    return indices.stream().map(Range::point).toList();
  }

  private void access(Buffer buffer, List<Range> region, int mode) {
    MatchBufferRegion view = views.get(buffer);
    if (view != null) {
      access(view.source().buffer(), throughView(view, region), mode);
      return;
    }
    if (own.contains(buffer)) {
      return;
    }
    List<Range> here =
        region.stream()
            .map(r -> new Range(Substitute.in(r.min(), lets), Substitute.in(r.extent(), lets)))
            .toList();
    if ((mode & READ) != 0) {
      unite(buffer, here, reads, readIntervals);
    }
    if ((mode & WRITE) != 0) {
      unite(buffer, here, writes, writeIntervals);
    }
  }

  /** A region of a view, in its source: leading dimensions that the view lacks stay as they are. */
  private static List<Range> throughView(MatchBufferRegion view, List<Range> region) {
    List<Range> source = view.source().region();
    int missing = source.size() - region.size();
    List<Range> result = new ArrayList<>(source.subList(0, missing));
    for (int i = 0; i < region.size(); i++) {
      Range range = region.get(i);
      Expr min = Expr.add(source.get(missing + i).min(), range.min());
      result.add(new Range(min, range.extent()));
    }
    return result;
  }

  private void unite(
      Buffer buffer,
      List<Range> region,
      Map<Buffer, List<Range>> accesses,
      Map<Buffer, List<@Nullable Interval>> intervals) {
    List<Range> before = accesses.get(buffer);
    List<@Nullable Interval> known = intervals.get(buffer);
    List<Range> ranges = new ArrayList<>();
    List<@Nullable Interval> now = new ArrayList<>();
    for (int i = 0; i < region.size(); i++) {
      Range range = region.get(i);
      Interval interval = interval(range);
      if (before == null || known == null) {
        now.add(interval);
        ranges.add(range(buffer, i, range, interval));
      } else {
        Interval old = known.get(i);
        Interval union = old == null || interval == null ? null : old.union(interval);
        boolean same = union != null && union.equals(old);
        now.add(union);
        ranges.add(
            same
                ? before.get(i)
                : union == null ? Range.upTo(buffer.shape().get(i)) : union.toRange());
      }
    }
    accesses.put(buffer, ranges);
    intervals.put(buffer, now);
  }

  /** A range as it stands unless inner loops move it. */
  private Range range(Buffer buffer, int dim, Range range, @Nullable Interval interval) {
    boolean varies =
        Interval.varies(range.min(), running) || Interval.varies(range.extent(), running);
    if (!varies && !unforeseeable(range)) {
      return range;
    }
    return interval == null ? Range.upTo(buffer.shape().get(dim)) : interval.toRange();
  }

  /**
   * Whether nothing is known of a range where the block begins, so that it may be anywhere in its
   * dimension: it is made by a function other than arithmetic, or read from a buffer that is the
   * block's own or that the block writes.
   */
  private boolean unforeseeable(Range range) {
    boolean[] found = {false};
    IrWalker walker =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            found[0] |=
                node instanceof Expr.Call || (node instanceof Expr.Load load && changes(load));
            super.expr(node);
          }
        };
    walker.expr(range.min());
    walker.expr(range.extent());
    return found[0];
  }

  private boolean changes(Expr.Load load) {
    Buffer buffer = load.buffer();
    return own.contains(buffer) || views.containsKey(buffer) || stored.contains(buffer);
  }

  private @Nullable Interval interval(Range range) {
    if (unforeseeable(range)) {
      return null;
    }
    Interval min = Interval.of(range.min(), running);
    Interval extent = Interval.of(range.extent(), running);
    if (min == null || extent == null) {
      return null;
    }
    Interval all = new Interval(min.min(), min.max().plus(extent.max(), 1).plus(-1));
    // The bounds of the loops around may be such values too.
    return unforeseeable(all.toRange()) ? null : all;
  }
}
