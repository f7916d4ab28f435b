package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Gaps;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Solves for the axes of a block: given the region of a buffer that is wanted, and the region that
 * the block accesses for one value of its axes, which values reach all of it?
 */
final class Domains {
  /**
   * The values of one axis.
   *
   * @param domain what new loops run over
   * @param bound what the values must stay in; null where {@code domain} does by itself
   */
  record Axis(Interval domain, @Nullable Interval bound) {}

  private final String primitive;
  private final ScheduleState state;
  private final Site.Block block;
  private final Analyzer analyzer;
  private final boolean writes;
  private final Map<Var, Interval> wanted = new HashMap<>();
  private final Map<Var, Interval> bounds = new HashMap<>();

  /**
   * @param writes whether the block shall write what is wanted; otherwise it reads it
   */
  Domains(
      String primitive, ScheduleState state, Site.Block block, Analyzer analyzer, boolean writes) {
    this.primitive = primitive;
    this.state = state;
    this.block = block;
    this.analyzer = analyzer;
    this.writes = writes;
  }

  /**
   * One buffer.
   *
   * @param access the region for one value of the axes
   * @param region what is wanted of the buffer
   */
  void add(BufferRegion access, List<Interval> region) {
    Buffer buffer = access.buffer();
    boolean points = access.region().stream().allMatch(Range::isPoint);
    Site around = block.parent();
    if (writes && !points && around != null) {
      if (Gaps.between(block, buffer, access.region(), around)) {
        throw state.refuse(
            primitive,
            block + " writes only some of the part of '" + buffer.name() + "' that it states",
            block);
      }
    }
    List<Interval> whole = new ArrayList<>();
    for (Expr dim : buffer.shape()) {
      whole.add(new Interval(Expr.imm(dim.dtype(), 0), analyzer.simplify(Expr.sub(dim, 1))));
    }
    if (points) {
      List<Expr> indices = access.region().stream().map(Range::min).toList();
      Map<Var, Interval> inverse =
          AffineInverse.solve(block.block().iterVars(), indices, region, analyzer);
      Map<Var, Interval> limits =
          AffineInverse.solve(block.block().iterVars(), indices, whole, analyzer);
      if (inverse != null && limits != null) {
        inverse.forEach((var, interval) -> merge(var, interval, limits.get(var)));
        return;
      }
    }
    for (int i = 0; i < region.size(); i++) {
      solve(access.region().get(i), region.get(i), whole.get(i), buffer);
    }
  }

  private void merge(Var var, Interval interval, @Nullable Interval limit) {
    wanted.merge(var, interval, (a, b) -> Regions.union(a, b, analyzer));
    if (limit != null) {
      bounds.merge(var, limit, (a, b) -> Regions.union(a, b, analyzer));
    }
  }

  /** One dimension: {@code [v * e, v * e + n)}, {@code v}, {@code v // f} or {@code v % f}. */
  private void solve(Range access, Interval region, Interval whole, Buffer buffer) {
    Expr min = analyzer.simplify(access.min());
    Expr reqMin = region.min();
    Expr reqMax = region.max();
    Expr limit = whole.max();
    if (reqMin == null || reqMax == null || limit == null) {
      return;
    }
    Map<Var, IterVar> axes = new HashMap<>();
    block.block().iterVars().forEach(axis -> axes.put(axis.var(), axis));
    if (!Vars.usesAny(min, axes.keySet())) {
      return;
    }
    if (min instanceof Var v && axes.containsKey(v) && access.isPoint()) {
      merge(v, region, whole);
      return;
    }
    if (min instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
      if (op == BinaryOp.MUL) {
        Var v = a instanceof Var x ? x : b instanceof Var y ? y : null;
        Expr e = a instanceof Var ? b : a;
        if (v != null
            && axes.containsKey(v)
            && !Vars.usesAny(e, axes.keySet())
            && analyzer.prove(Expr.ge(access.extent(), e))) {
          if (writes && !analyzer.proveEqual(access.extent(), e)) {
            checkLastWindow(axes.get(v), e, List.of(reqMax, limit), buffer);
          }
          Expr zero = Expr.imm(e.dtype(), 0);
          merge(
              v,
              new Interval(Expr.floorDiv(reqMin, e), Expr.floorDiv(reqMax, e)),
              new Interval(zero, Expr.floorDiv(limit, e)));
          return;
        }
      }
      boolean fixed = !Vars.usesAny(b, axes.keySet());
      if (op == BinaryOp.FLOOR_DIV && a instanceof Var v && axes.containsKey(v) && fixed) {
        Expr last = Expr.sub(b, 1);
        merge(
            v,
            new Interval(Expr.mul(reqMin, b), Expr.add(Expr.mul(reqMax, b), last)),
            new Interval(
                Expr.imm(b.dtype(), 0), analyzer.simplify(Expr.add(Expr.mul(limit, b), last))));
        return;
      }
      if (op == BinaryOp.FLOOR_MOD && a instanceof Var v && axes.containsKey(v) && fixed) {
        // v % f says nothing about v itself.
        return;
      }
    }
    throw state.refuse(
        primitive,
        "can't tell which values of the axes of "
            + block
            + " reach a part of '"
            + buffer.name()
            + "'",
        block);
  }

  /**
   * Where parts overlap, what lies behind the start of the last one belongs to no later part: the
   * axis has no value for it, so that {@code v = index // e} would be none of its values.
   */
  private void checkLastWindow(
      @Nullable IterVar axis, Expr e, List<Expr> lastWanted, Buffer buffer) {
    if (axis == null) {
      return;
    }
    Expr end = Expr.mul(Expr.add(axis.dom().min(), axis.dom().extent()), e);
    if (lastWanted.stream().noneMatch(last -> analyzer.prove(Expr.lt(last, end)))) {
      throw state.refuse(
          primitive,
          "the parts of '"
              + buffer.name()
              + "' that "
              + block
              + " writes overlap, and the last of them may hold more than one such part",
          block);
    }
  }

  /** The axes, in the block's order. */
  List<Axis> solve() {
    List<Axis> result = new ArrayList<>();
    for (IterVar axis : block.block().iterVars()) {
      Range dom = axis.dom();
      Interval own =
          new Interval(
              dom.min(), analyzer.simplify(Expr.sub(Expr.add(dom.min(), dom.extent()), 1)));
      Interval bound = bounds.get(axis.var());
      bound = simplified(bound == null ? own : Regions.intersection(bound, own));
      Interval domain = wanted.get(axis.var());
      result.add(domain == null ? new Axis(bound, null) : clipped(simplified(domain), bound));
    }
    return result;
  }

  private Axis clipped(Interval domain, Interval bound) {
    Interval both = simplified(Regions.intersection(domain, bound));
    if (isSame(domain, both)) {
      return new Axis(domain, null);
    }
    return isSame(bound, both) ? new Axis(bound, null) : new Axis(domain, bound);
  }

  private boolean isSame(Interval a, Interval b) {
    return isSame(a.min(), b.min()) && isSame(a.max(), b.max());
  }

  private boolean isSame(@Nullable Expr a, @Nullable Expr b) {
    return a == b || (a != null && b != null && analyzer.proveEqual(a, b));
  }

  private Interval simplified(Interval interval) {
    Expr min = interval.min();
    Expr max = interval.max();
    return new Interval(
        min == null ? null : analyzer.simplify(min), max == null ? null : analyzer.simplify(max));
  }
}
