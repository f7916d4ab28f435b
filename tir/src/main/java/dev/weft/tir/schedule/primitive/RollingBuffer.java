package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what consecutive iterations of a loop need in common of an intermediate buffer, instead of
 * computing it again: the buffer becomes circular along one dimension.
 *
 * <p>Arguments: the block that writes the buffer; which of its writes.
 *
 * <p>The dimension is the one that the outermost loop steps through. Its axes become opaque in all
 * blocks of the scope, since iterations depend on each other from then on.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block writes only what its scope allocates, and is the only writer of the buffer, which
 *       it reads only if it has an init,
 *   <li>the innermost place that holds it and all readers is a loop; what they read was written
 *       there, and the block's reduction is done there,
 *   <li>as seen from there, each dimension of the part that is written starts at a constant or at a
 *       multiple of one loop; of at least one loop the parts of consecutive iterations overlap,
 *   <li>a dimension with overlap is indexed by the axis of the same position,
 *   <li>no condition leaves out the same part in each iteration,
 *   <li>the loops around there are carried out in order, those with overlap start at 0.
 * </ol>
 *
 * <pre>
 * M = T.alloc_buffer((18,))                   M = T.alloc_buffer((6,))
 * for i_0 in range(4):                        for i_0 in range(4):
 *     for ax0 in range(6):                        for ax0 in range(6):
 *         with T.block("M"):                          with T.block("M"):
 *             vi = T.axis.S(18, i_0 * 4 + ax0)            vi = T.axis.opaque(18, i_0 * 4 + ax0)
 *                                         →               T.where(i_0 &lt; 1 or 2 &lt;= ax0)
 *             M[vi] = A[vi] + A[vi + 2]                   M[vi % 6] = A[vi] + A[vi + 2]
 *     for i_1 in range(4):                        for i_1 in range(4):
 *         with T.block("B"):                          with T.block("B"):
 *             B[vi] = M[vi] + M[vi + 2]                   B[vi] = M[vi % 6] + M[(vi + 2) % 6]
 * </pre>
 */
public final class RollingBuffer {
  private static final String NAME = "rollingBuffer";

  private RollingBuffer() {}

  /** What one dimension of the part starts with: a loop, and by how much iterations overlap. */
  private record Step(@Nullable Var loop, long overlap) {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref, int writeIndex) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    Site.Block scope = conditions.scope(site);
    conditions.notOutput(site, scope);
    Site.Loop place = place(state, site, scope, buffer);
    conditions.ownInit(site, buffer);
    reducedWithin(state, site, place);
    List<Range> part =
        Regions.ranges(
            region(state, site, place, site.block().writes().get(writeIndex)),
            buffer,
            state.analyzer(site));
    List<Step> steps = steps(state, site, part, buffer);
    int axis = rollingAxis(site, steps);
    if (axis < 0) {
      throw state.refuse(
          NAME,
          "no dimension of '" + buffer.name() + "' is stepped through by a loop with overlap",
          site);
    }
    inOrder(state, site, place, steps);
    wholePart(state, site, place);
    matchingAxes(state, site, buffer, writeIndex, steps);
    Expr extent = part.get(axis).extent();
    List<Expr> shape = new ArrayList<>(buffer.shape());
    shape.set(axis, extent);
    Buffer circular = buffer.withShape(shape, List.of());
    Expr condition = condition(site, steps);
    Rewrite rewrite = new Rewrite(site, buffer, circular, axis, condition, state.analyzer(site));
    Stmt.Block block = scope.block();
    List<Buffer> allocated =
        block.allocBuffers().stream().map(b -> b == buffer ? circular : b).toList();
    Stmt.Block changed = block.withBody(rewrite.stmt(block.body())).withAllocBuffers(allocated);
    ScheduleState next = state.replace(scope, scope.stmt().withBlock(changed));
    for (Site.Block each : scope.childBlocks()) {
      next = next.recheck(each.ref());
    }
    return next;
  }

  /** The innermost loop that holds the block and all readers. */
  private static Site.Loop place(
      ScheduleState state, Site.Block site, Site.Block scope, Buffer buffer) {
    BlockScope blocks = state.scope(scope);
    if (!blocks.writers(buffer).equals(List.of(site))) {
      throw state.refuse(NAME, site + " is not the only writer of '" + buffer.name() + "'", site);
    }
    List<Site.Block> readers = blocks.readers(buffer);
    Site place = site.parent();
    while (place != null) {
      Site candidate = place;
      if (readers.stream().allMatch(candidate::contains)) {
        break;
      }
      place = place.parent();
    }
    if (!(place instanceof Site.Loop loop)) {
      throw state.refuse(
          NAME,
          "no loop holds " + site + " and all that reads '" + buffer.name() + "'; use computeAt",
          site);
    }
    for (Site.Block reader : readers) {
      if (!state.isCovered(reader)) {
        throw state.refuse(
            NAME, reader + " reads more than what is written in " + loop, reader, loop);
      }
    }
    return loop;
  }

  /** A reduction must be done before the next iteration takes its place in the buffer. */
  private static void reducedWithin(ScheduleState state, Site.Block site, Site.Loop place) {
    for (Site.Loop loop : site.loopsAround()) {
      if (!loop.contains(place)) {
        continue;
      }
      for (int i = 0; i < site.block().iterVars().size(); i++) {
        IterVar axis = site.block().iterVars().get(i);
        if (axis.kind() == IterVar.Kind.REDUCE
            && Vars.uses(site.stmt().iterValues().get(i), loop.stmt().var())) {
          throw state.refuse(NAME, site + " reduces over " + loop, site, loop);
        }
      }
    }
  }

  private static List<Interval> region(
      ScheduleState state, Site.Block site, Site.Loop place, BufferRegion written) {
    Map<Var, Range> domain = Regions.domain(site.parent(), place, Scope.GLOBAL);
    Analyzer analyzer = state.analyzer(site);
    return Regions.bound(site, written).region().stream()
        .map(range -> Regions.evaluate(range, domain, analyzer))
        .toList();
  }

  private static List<Step> steps(
      ScheduleState state, Site.Block site, List<Range> part, Buffer buffer) {
    List<Step> result = new ArrayList<>();
    for (Range range : part) {
      Expr min = range.min();
      long divisor = 1;
      if (min instanceof Expr.Binary(BinaryOp op, Expr a, Expr.IntImm b)
          && op == BinaryOp.FLOOR_DIV) {
        min = a;
        divisor = b.value();
      }
      if (min instanceof Expr.IntImm) {
        result.add(new Step(null, 0));
        continue;
      }
      Var var = null;
      long stride = 1;
      if (min instanceof Var v) {
        var = v;
      } else if (min instanceof Expr.Binary(BinaryOp op, Var v, Expr.IntImm factor)
          && op == BinaryOp.MUL) {
        var = v;
        stride = factor.value();
      }
      if (var == null || !(range.extent() instanceof Expr.IntImm extent)) {
        throw state.refuse(
            NAME,
            "a dimension of the part of '"
                + buffer.name()
                + "' that is written does not start at a multiple of one loop",
            site);
      }
      long overlap = extent.value() - Math.ceilDiv(stride, divisor);
      result.add(overlap > 0 ? new Step(var, overlap) : new Step(null, overlap));
    }
    return result;
  }

  /** The dimension that the outermost loop steps through; -1 if none does. */
  private static int rollingAxis(Site.Block site, List<Step> steps) {
    for (Site.Loop loop : site.loopsAround()) {
      for (int i = 0; i < steps.size(); i++) {
        if (steps.get(i).loop == loop.stmt().var()) {
          return i;
        }
      }
    }
    return -1;
  }

  private static void inOrder(
      ScheduleState state, Site.Block site, Site.Loop place, List<Step> steps) {
    for (Site.Loop loop : site.loopsAround()) {
      boolean stepped = steps.stream().anyMatch(step -> step.loop == loop.stmt().var());
      ForKind kind = loop.stmt().kind();
      boolean sequential = kind == ForKind.SERIAL || kind == ForKind.UNROLLED;
      if (loop.contains(place) && !sequential) {
        throw state.refuse(
            NAME, "the iterations of " + loop + " are not carried out in order", loop);
      }
      if (stepped && !loop.stmt().min().isConst(0)) {
        throw state.refuse(NAME, loop + " does not start at 0", loop);
      }
    }
  }

  /** What a condition cuts off the part in every iteration is not there for the next one. */
  private static void wholePart(ScheduleState state, Site.Block site, Site.Loop place) {
    Set<Var> inner = Regions.domain(site.parent(), place, Scope.GLOBAL).keySet();
    Set<Var> outer = Regions.domain(place, null, Scope.GLOBAL).keySet();
    Analyzer analyzer = state.analyzer(site);
    for (Expr condition : Vars.conjuncts(site.stmt().predicate())) {
      // Loops of extent 1 are no loops here.
      Expr simple = analyzer.simplify(condition);
      if (Vars.usesAny(simple, inner) && !Vars.usesAny(simple, outer)) {
        throw state.refuse(
            NAME, "the predicate of " + site + " leaves out a part in each iteration", site);
      }
    }
  }

  private static void matchingAxes(
      ScheduleState state, Site.Block site, Buffer buffer, int writeIndex, List<Step> steps) {
    List<Range> region = site.block().writes().get(writeIndex).region();
    List<IterVar> axes = site.block().iterVars();
    for (int i = 0; i < steps.size(); i++) {
      boolean matches =
          i < axes.size() && region.get(i).isPoint() && region.get(i).min() == axes.get(i).var();
      if (steps.get(i).loop != null && !matches) {
        throw state.refuse(
            NAME,
            "dimension "
                + i
                + " of '"
                + buffer.name()
                + "' is not indexed by axis "
                + i
                + " of "
                + site,
            site);
      }
    }
  }

  /** Only in the first iteration, or where the iteration before has not been. */
  private static Expr condition(Site.Block site, List<Step> steps) {
    Expr condition = site.stmt().predicate();
    for (int i = 0; i < steps.size(); i++) {
      Var loop = steps.get(i).loop;
      if (loop != null) {
        Expr zero = Expr.imm(loop.dtype(), 0);
        Expr local = Substitute.in(site.stmt().iterValues().get(i), Map.of(loop, zero));
        Expr fresh = Expr.ge(local, Expr.imm(local.dtype(), steps.get(i).overlap));
        Expr first = Expr.lt(loop, Expr.imm(loop.dtype(), 1));
        condition = Expr.and(condition, Expr.or(first, fresh));
      }
    }
    return condition;
  }

  /** Makes the accesses circular and the axes opaque. */
  private static final class Rewrite extends IrRewriter {
    private final Site.Block site;
    private final Buffer old;
    private final Buffer circular;
    private final int axis;
    private final Expr condition;
    private final Analyzer analyzer;

    Rewrite(
        Site.Block site, Buffer old, Buffer circular, int axis, Expr condition, Analyzer analyzer) {
      this.site = site;
      this.old = old;
      this.circular = circular;
      this.axis = axis;
      this.condition = condition;
      this.analyzer = analyzer;
    }

    private List<Expr> wrapped(List<Expr> indices) {
      List<Expr> result = new ArrayList<>(indices);
      Expr extent = circular.shape().get(axis);
      result.set(
          axis, Expr.floorMod(indices.get(axis), Expr.cast(indices.get(axis).dtype(), extent)));
      return result;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      return mapped instanceof Expr.Load(var buffer, var indices, var predicate) && buffer == old
          ? new Expr.Load(circular, wrapped(indices), predicate)
          : mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      return switch (mapped) {
        case Stmt.Store(var buffer, var value, var indices, var predicate) when buffer == old ->
            new Stmt.Store(circular, value, wrapped(indices), predicate);
        case Stmt.BlockRealize realize when node == site.stmt() ->
            new Stmt.BlockRealize(
                realize.iterValues(), analyzer.simplify(condition), realize.block());
        case Stmt.Block block -> block(block);
        case Stmt s -> s;
      };
    }

    private Stmt.Block block(Stmt.Block block) {
      List<IterVar> axes = new ArrayList<>(block.iterVars());
      if (axis < axes.size()) {
        IterVar rolled = axes.get(axis);
        if (rolled.kind() != IterVar.Kind.REDUCE || block.init() == null) {
          // Without its reduction axis a reduction would begin again each time.
          axes.set(axis, new IterVar(rolled.dom(), rolled.var(), IterVar.Kind.OPAQUE, null));
        }
      }
      AccessRegions accessed = AccessRegions.detect(block);
      return Blocks.with(
          block,
          axes,
          replaced(block.reads(), accessed.reads()),
          replaced(block.writes(), accessed.writes()),
          block.init(),
          block.body());
    }

    private List<BufferRegion> replaced(List<BufferRegion> stated, List<BufferRegion> accessed) {
      return stated.stream()
          .map(
              region ->
                  region.buffer() == old
                      ? Objects.requireNonNullElse(
                          Conditions.regionOf(accessed, circular), circular.whole())
                      : region)
          .toList();
    }
  }
}
