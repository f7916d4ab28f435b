package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.lowering.SharedLayout;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.ConstBounds;
import dev.weft.tir.target.Target;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bound checks out of the interior. A loop whose guards hold in all but some iterations
 * at its ends is cut there; where the guards depend on thread indices, the kernel gets one body for
 * the tiles that lie inside and one for those at the edge, whose loops become as short as the edge
 * is where that is known.
 *
 * <pre>{@code
 * for r in range(14):                      →   if bx < 71:
 *     if bx*14 + r < 1000:                         for r in range(14):
 *         C[bx*14 + r] = …                             C[bx*14 + r] = …
 *                                              else:
 *                                                  for r in range(6):
 *                                                      C[994 + r] = …
 * }</pre>
 *
 * <p>Where threads of a block share memory they all take one way, so that barriers stay possible.
 * The code grows by at most {@link #MOST_GROWTH} statements a kernel. Padding conditions in {@code
 * if_then_else} count on CPUs and in loops annotated {@code pragma_loop_partition_hint}; {@code
 * ignore_loop_partition} keeps a condition from being looked at.
 */
public final class PartitionLoops implements Pass {
  /** Annotation of a loop that is worth cutting even at conditions that only choose values. */
  public static final String HINT = "pragma_loop_partition_hint";

  /** Statements, unrolled loops written out, that cutting may add to a kernel. */
  static final long MOST_GROWTH = 768;

  @Override
  public String name() {
    return "partition_loops";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Partitioner(target).stmt(function.body()));
  }

  /** Simplifies on the way: what is known about the parts makes their conditions go. */
  private static final class Partitioner extends Simplifier {
    private final boolean values;
    private final Map<Var, Interval> threads = new LinkedHashMap<>();
    private final Set<Var> indices = new HashSet<>();
    private boolean hinted;
    private long growth;

    Partitioner(Target target) {
      this.values = target.isCpu();
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (!(node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
          && key.equals(UnifyThreadBindings.THREAD_EXTENT))) {
        return super.stmt(node);
      }
      if (threads.isEmpty() && indices.isEmpty()) {
        growth = 0;
      }
      Expr count = Expr.cast(axis.var().dtype(), extent);
      bind(axis.var(), Range.upTo(count));
      boolean inBlock = axis.thread() != null && axis.thread().level == ThreadTag.Level.BLOCK;
      if (inBlock) {
        Expr last = analyzer.simplify(Expr.sub(count, 1));
        threads.put(axis.var(), new Interval(Expr.imm(count.dtype(), 0), last));
      }
      indices.add(axis.var());
      boolean innermost =
          !(body instanceof Stmt.Attr(IterVar a, String k, Expr e, Stmt b)
              && k.equals(UnifyThreadBindings.THREAD_EXTENT));
      Stmt inner = innermost ? kernel(body) : stmt(body);
      threads.remove(axis.var());
      indices.remove(axis.var());
      return new Stmt.Attr(axis, key, extent, inner);
    }

    private Stmt kernel(Stmt body) {
      return switch (body) {
        case Stmt.Allocate a ->
            new Stmt.Allocate(
                a.data(), a.dtype(), a.extents(), a.condition(), a.annotations(), kernel(a.body()));
        case Stmt.DeclBuffer d -> new Stmt.DeclBuffer(d.buffer(), kernel(d.body()));
        case Stmt.AllocateConst a ->
            new Stmt.AllocateConst(a.data(), a.dtype(), a.extents(), a.values(), kernel(a.body()));
        case Stmt.If f when f.otherwise() == null && !Uniformity.isNeeded(f.then()) -> {
          Expr condition = expr(f.condition());
          if (condition instanceof Expr.IntImm) {
            yield stmt(f);
          }
          try (var _ = analyzer.constraint(condition)) {
            yield new Stmt.If(condition, kernel(f.then()), null);
          }
        }
        case Stmt s -> versioned(s, Uniformity.isNeeded(s));
      };
    }

    /** A body for tiles inside and one for tiles at the edge, for one guard after the other. */
    private Stmt versioned(Stmt body, boolean uniform) {
      if (uniform && sharesMemory(body)) {
        // A second pipeline takes shared memory and instruction cache, while the guards of what is
        // copied and written cost little beside the work.
        return super.stmt(body);
      }
      Map<Var, Interval> relaxed = uniform ? threads : Map.of();
      for (Guards.Bound bound : Guards.in(body, relaxed, 1, values || hinted, analyzer)) {
        Var index = theIndex(bound.excess());
        if (index == null || (threads.containsKey(index) && bound.serial())) {
          // A loop that a guard cuts for all threads alike is better cut than doubled.
          continue;
        }
        Range inside = holds(bound.excess(), index);
        Expr condition =
            analyzer.simplify(inside == null ? bound.condition() : within(index, inside));
        if (condition instanceof Expr.IntImm || !fits(body)) {
          continue;
        }
        Stmt then;
        try (var _ = analyzer.constraint(condition)) {
          then = versioned(Guards.assumed(body, bound.guards()), uniform);
        }
        Stmt edge = FreshCopy.of(body);
        Expr outside = analyzer.simplify(Expr.not(condition));
        Stmt otherwise;
        try (var _ = analyzer.constraint(outside)) {
          Expr only = threads.containsKey(index) ? null : onlyOutside(index, inside);
          otherwise =
              only == null
                  ? super.stmt(edge)
                  : versioned(Substitute.in(edge, Map.of(index, only)), uniform);
        }
        return new Stmt.If(condition, then, otherwise);
      }
      return super.stmt(body);
    }

    /** Whether a statement allocates shared memory. */
    private static boolean sharesMemory(Stmt body) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void stmt(Stmt node) {
          found[0] |= node instanceof Stmt.Allocate a && SharedLayout.isShared(a);
          super.stmt(node);
        }
      }.stmt(body);
      return found[0];
    }

    private static Expr within(Var v, Range range) {
      Expr low = Expr.ge(v, range.min());
      Expr high = Expr.lt(v, Expr.add(range.min(), range.extent()));
      return Expr.and(low, high);
    }

    /** Whether a second copy of the body is affordable; if so, it is taken as made. */
    private boolean fits(Stmt body) {
      long size = Length.of(body);
      if (growth + size > MOST_GROWTH) {
        return false;
      }
      growth += size;
      return true;
    }

    /** One thread index of the expression: that of blocks if there is one. */
    private @Nullable Var theIndex(Expr e) {
      Var[] found = {null};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          if (node instanceof Var v
              && indices.contains(v)
              && (found[0] == null || threads.containsKey(found[0]))) {
            found[0] = v;
          }
          super.expr(node);
        }
      }.expr(e);
      return found[0];
    }

    /** The values of {@code v} for which an excess that nothing else varies is negative. */
    private @Nullable Range holds(Expr excess, Var v) {
      Expr zero = Expr.imm(v.dtype(), 0);
      Expr rest = analyzer.simplify(Substitute.in(excess, Map.of(v, zero)));
      Expr slope = slope(excess, v);
      if (!(slope instanceof Expr.IntImm factor)
          || !rest.dtype().equals(v.dtype())
          || factor.value() == 0) {
        return null;
      }
      ConstBounds all = analyzer.bounds(v);
      if (all.max() >= Integer.MAX_VALUE || all.min() <= Integer.MIN_VALUE) {
        return null;
      }
      Expr low = Expr.imm(v.dtype(), all.min());
      Expr end = Expr.imm(v.dtype(), all.max() + 1);
      // factor*v + rest < 0
      Expr cut =
          factor.value() > 0
              ? Expr.floorDiv(
                  Expr.sub(Expr.imm(v.dtype(), factor.value() - 1), rest), factor.value())
              : Expr.add(Expr.floorDiv(rest, -factor.value()), 1);
      cut = analyzer.simplify(cut);
      Range range =
          factor.value() > 0
              ? new Range(low, Expr.sub(cut, low))
              : new Range(cut, Expr.sub(end, cut));
      boolean mixed = !(cut instanceof Expr.IntImm imm) || imm.value() > all.max() + 1;
      return mixed ? null : range;
    }

    private Expr slope(Expr excess, Var v) {
      Expr next = Substitute.in(excess, Map.of(v, Expr.add(v, 1)));
      return analyzer.simplify(Expr.sub(next, excess));
    }

    /** The single value of {@code v} outside the range; null if there are several. */
    private @Nullable Expr onlyOutside(Var v, @Nullable Range range) {
      ConstBounds all = analyzer.bounds(v);
      if (range == null
          || !(range.min() instanceof Expr.IntImm min)
          || !(analyzer.simplify(range.extent()) instanceof Expr.IntImm extent)) {
        return null;
      }
      long end = min.value() + extent.value();
      boolean last = min.value() <= all.min() && end == all.max();
      boolean first = end > all.max() && min.value() == all.min() + 1;
      return last || first ? Expr.imm(v.dtype(), last ? all.max() : all.min()) : null;
    }

    @Override
    Stmt loop(Stmt.For f) {
      boolean before = hinted;
      Map<String, AttrValue> annotations = new LinkedHashMap<>(f.annotations());
      hinted |= annotations.remove(HINT) instanceof Expr.IntImm hint && hint.value() != 0;
      Stmt result = cut(f.withAnnotations(annotations));
      hinted = before;
      return result;
    }

    private Stmt cut(Stmt.For f) {
      // Loops that are written out lose their guards by that.
      boolean isCut = f.kind() == ForKind.SERIAL || f.kind() == ForKind.VECTORIZED;
      Expr begin = expr(f.min());
      Expr extent = expr(f.extent());
      if (!isCut || extent.isConst(1)) {
        return super.loop(f);
      }
      bind(f.var(), new Range(begin, extent));
      Expr end = analyzer.simplify(Expr.add(begin, extent));
      for (Guards.Bound bound : Guards.in(f.body(), threads, 0, values || hinted, analyzer)) {
        Parts parts = parts(f, begin, end, bound);
        if (parts == null || !fits(f.body())) {
          continue;
        }
        Stmt inside = Guards.assumed(f.body(), bound.guards());
        Stmt edge = FreshCopy.of(f.body());
        Stmt first = parts.insideFirst ? inside : edge;
        Stmt second = parts.insideFirst ? edge : inside;
        Var v = f.var().renamed(f.var().name());
        Stmt rest = Substitute.in(second, Map.of(f.var(), v));
        return joined(
            part(f, f.var(), begin, parts.cut, first, parts.insideFirst),
            part(f, v, parts.cut, end, rest, !parts.insideFirst));
      }
      return super.loop(f);
    }

    private static Stmt joined(Stmt first, Stmt second) {
      List<Stmt> rest = Stream.of(first, second).filter(s -> !isNothing(s)).toList();
      return rest.isEmpty() ? Simplify.NOTHING : Stmt.seq(rest);
    }

    /** A part of a loop; the part inside may have other guards, that at the edge is left alone. */
    private Stmt part(Stmt.For f, Var v, Expr begin, Expr end, Stmt body, boolean inside) {
      Expr extent = analyzer.simplify(Expr.sub(end, begin));
      Stmt.For part = new Stmt.For(v, begin, extent, f.kind(), null, f.annotations(), body);
      return inside ? cut(part) : super.loop(part);
    }

    /** Where a loop is cut, and whether the part in front lies inside. */
    private record Parts(Expr cut, boolean insideFirst) {}

    private @Nullable Parts parts(Stmt.For f, Expr begin, Expr end, Guards.Bound bound) {
      Var v = f.var();
      if (!(slope(bound.excess(), v) instanceof Expr.IntImm(var type, long factor))
          || factor == 0
          || !bound.excess().dtype().equals(v.dtype())) {
        return null;
      }
      Expr rest =
          analyzer.simplify(Substitute.in(bound.excess(), Map.of(v, Expr.imm(v.dtype(), 0))));
      Expr cut =
          factor > 0
              ? Expr.floorDiv(Expr.sub(Expr.imm(v.dtype(), factor - 1), rest), factor)
              : Expr.add(Expr.floorDiv(rest, -factor), 1);
      cut = analyzer.simplify(cut);
      boolean constant = cut instanceof Expr.IntImm;
      if (!constant && f.kind() == ForKind.VECTORIZED) {
        return null;
      }
      if (constant) {
        boolean useful = analyzer.prove(Expr.gt(cut, begin)) && analyzer.prove(Expr.lt(cut, end));
        return useful ? new Parts(cut, factor > 0) : null;
      }
      return new Parts(analyzer.simplify(Expr.max(begin, Expr.min(cut, end))), factor > 0);
    }
  }

  /** Whether the threads of a block must take one way through a statement. */
  private static final class Uniformity extends IrWalker {
    private boolean needed;

    static boolean isNeeded(Stmt stmt) {
      Uniformity walker = new Uniformity();
      walker.stmt(stmt);
      return walker.needed;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store s) {
        needed |= s.buffer().scope().rank() != Scope.Rank.LOCAL && isShared(s.buffer().data());
      }
      needed |= node instanceof Stmt.Evaluate e && e.value() instanceof Expr.Call;
      if (!needed) {
        super.stmt(node);
      }
    }

    @Override
    public void expr(Expr node) {
      needed |= node instanceof Expr.Load l && isShared(l.buffer().data());
      needed |=
          node instanceof Expr.Call call
              && call.callee() instanceof Intrinsic i
              && i.effect == Intrinsic.Effect.UPDATE;
      super.expr(node);
    }

    private static boolean isShared(Var pointer) {
      Var.PointerType type = pointer.pointerType();
      return type != null
          && (type.scope().rank() == Scope.Rank.SHARED || type.scope().rank() == Scope.Rank.WARP);
    }
  }

  /** How many statements a body has once its unrolled loops are written out. */
  private static final class Length extends IrWalker {
    private long statements;
    private long times = 1;

    static long of(Stmt stmt) {
      Length length = new Length();
      length.stmt(stmt);
      return length.statements;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store || node instanceof Stmt.Evaluate) {
        statements += times;
      }
      long before = times;
      if (node instanceof Stmt.For f
          && f.kind() == ForKind.UNROLLED
          && f.extent() instanceof Expr.IntImm extent) {
        times *= Math.max(1, extent.value());
      }
      super.stmt(node);
      times = before;
    }
  }
}
