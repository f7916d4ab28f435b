package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.AffineMap;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The common part of {@link ComputeAt} and {@link ReverseComputeAt}: a block leaves its place and
 * comes to stand under a loop, with new loops over the part of its domain that its neighbours under
 * the loop need (producers) or offer (consumers).
 */
final class Relocation {
  private final String primitive;
  private final ScheduleState state;
  private final Site.Block block;
  private final Site.Loop loop;
  private final boolean forward;
  private final Conditions conditions;

  /**
   * @param forward whether the block is a producer that goes to its consumers
   */
  Relocation(
      String primitive, ScheduleState state, Site.Block block, Site.Loop loop, boolean forward) {
    this.primitive = primitive;
    this.state = state;
    this.block = block;
    this.loop = loop;
    this.forward = forward;
    this.conditions = new Conditions(primitive, state);
  }

  ScheduleState apply(boolean preserveUnitLoops, int index) {
    Site.Block scope = conditions.stagePipeline(block);
    conditions.completeOrReduction(block);
    if (loop.scope() != scope) {
      throw state.refuse(primitive, loop + " is in another scope than " + block, loop, block);
    }
    if (loop.contains(block)) {
      throw state.refuse(primitive, loop + " is around " + block + " already", loop, block);
    }
    if (forward) {
      conditions.notOutput(block, scope);
    }
    Set<Var> used = Vars.in(block.block());
    for (Site.Loop around : block.loopsAround()) {
      if (used.contains(around.stmt().var())) {
        throw state.refuse(
            primitive, block + " uses " + around + " itself, not through an axis", block, around);
      }
    }
    Removal removal = Removal.of(primitive, state, block);
    if (!isDomainOfAxes(state, block) && !reachesAllAtOnce()) {
      throw state.refuse(
          primitive,
          block
              + " has a predicate that leaves out values of its axes, which loops made anew "
              + "would not",
          block);
    }
    boolean whole = reachesAll();
    if (!forward) {
      conditions.reachesAll(block);
    }
    if (!whole) {
      checkFewer();
    }
    BlockScope blocks = state.scope(scope);
    List<Site.Block> producers = blocks.producers(block);
    List<Site.Block> consumers = blocks.consumers(block);
    int position = position(blocks, producers, consumers, index);

    Analyzer analyzer = state.analyzer(loop);
    Domains domains = domains(forward ? consumers : producers, analyzer);
    Stmt nest = nest(domains.solve(), analyzer, preserveUnitLoops);
    Stmt.Block body = (Stmt.Block) rewrite(scope.block(), removal, nest, position);
    ScheduleState moved = state.replace(scope, scope.stmt().withBlock(body));
    if (!forward) {
      ScheduleState next = moved.recheck(block.ref());
      checkComplete(next, scope);
      return next;
    }
    // What was covered from outside still is, unless the loops made anew do more than the old ones;
    // what comes from the same iteration may not be.
    boolean shares = producers.stream().anyMatch(this::sharesLoop);
    if (whole && !shares) {
      return moved.recheckAffine(block.ref());
    }
    ScheduleState next = moved.recheck(block.ref());
    if (!next.isCovered(next.block(block.ref()))) {
      throw state.refuse(
          primitive, block + " would read more than is produced so far under " + loop, block, loop);
    }
    return next;
  }

  private boolean sharesLoop(Site.Block producer) {
    for (Site site = loop; site instanceof Site.Loop around; site = site.parent()) {
      if (around.contains(producer)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a block's predicate says no more than that its axes are in their domains. */
  private static boolean isDomainOfAxes(ScheduleState state, Site.Block site) {
    if (site.stmt().predicate().isConst(1)) {
      return true;
    }
    List<Expr> inDomain = new ArrayList<>();
    for (int i = 0; i < site.block().iterVars().size(); i++) {
      Range dom = site.block().iterVars().get(i).dom();
      Expr value = site.stmt().iterValues().get(i);
      inDomain.add(Expr.ge(value, Expr.cast(value.dtype(), dom.min())));
      inDomain.add(Expr.lt(value, Expr.cast(value.dtype(), Expr.add(dom.min(), dom.extent()))));
    }
    Analyzer analyzer = state.analyzer(site);
    try (Analyzer.Scope given = analyzer.constraint(Vars.conjunction(inDomain))) {
      return given != null && analyzer.prove(site.stmt().predicate());
    }
  }

  /** Whether the instances that the predicate leaves are all combinations of the axes' values. */
  private boolean reachesAllAtOnce() {
    return state.isAffine(block) && reachesAll();
  }

  /** Whether each axis takes all values of its domain. */
  private boolean reachesAll() {
    Analyzer analyzer = state.analyzer(block);
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      if (!Regions.reachesAll(block, i, analyzer)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where the block doesn't run for all values of its axes, loops made anew may do more than the
   * old ones. That is harmless where what is done in addition has elements of its own; a reduction
   * would reduce more.
   */
  private void checkFewer() {
    Analyzer analyzer = state.analyzer(block);
    List<IterVar> spatial = new ArrayList<>();
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      IterVar axis = block.block().iterVars().get(i);
      if (axis.kind() == IterVar.Kind.SPATIAL) {
        spatial.add(axis);
      } else if (!Regions.reachesAll(block, i, analyzer)) {
        throw state.refuse(
            primitive,
            "the loops of " + block + " don't reach all values of '" + axis.var().name() + "'",
            block);
      }
    }
    for (BufferRegion write : block.block().writes()) {
      List<Expr> starts = write.region().stream().map(Range::min).toList();
      if (AffineInverse.of(spatial, starts, analyzer) == null) {
        throw state.refuse(
            primitive,
            "the loops of "
                + block
                + " leave out values of its axes, and those would write the same elements of '"
                + write.buffer().name()
                + "' as others",
            block);
      }
    }
  }

  /** Where among the loop's statements the block can go. */
  private int position(
      BlockScope blocks, List<Site.Block> producers, List<Site.Block> consumers, int index) {
    List<Stmt> stmts = Nests.statements(loop.stmt().body());
    int afterProducers = 0;
    int beforeConsumers = stmts.size();
    for (Site.Block other : producers) {
      int at = statementWith(stmts, other);
      if (at >= 0) {
        afterProducers = Math.max(afterProducers, at + 1);
      } else if (!forward) {
        throw state.refuse(
            primitive, "the producer " + other + " is not under " + loop, other, loop);
      } else if (comesAfterLoop(blocks, other)) {
        throw state.refuse(
            primitive, "the producer " + other + " comes after " + loop, other, loop);
      }
    }
    for (Site.Block other : consumers) {
      int at = statementWith(stmts, other);
      if (at >= 0) {
        beforeConsumers = Math.min(beforeConsumers, at);
      } else if (forward) {
        throw state.refuse(
            primitive, "the consumer " + other + " is not under " + loop, other, loop);
      } else if (!comesAfterLoop(blocks, other) && state.isChecked()) {
        String reason = "the consumer " + other + " comes before " + loop;
        throw readsNothingElse(blocks, other)
            ? state.refuseAsWrong(primitive, reason, other, loop)
            : state.refuse(primitive, reason, other, loop);
      }
    }
    if (afterProducers > beforeConsumers) {
      // Blocks follow each other as in the text: what comes between two blocks of a loop is in it.
      throw new IllegalStateException(
          block + " is not under " + loop + ", which has producers behind consumers of it");
    }
    if (index == -1) {
      return beforeConsumers;
    }
    if (index == -2) {
      return afterProducers;
    }
    if (index < afterProducers || index > beforeConsumers) {
      throw state.refuse(
          primitive,
          "index "
              + index
              + " is not between "
              + afterProducers
              + " and "
              + beforeConsumers
              + ", where producers are before and consumers after",
          loop,
          block);
    }
    return index;
  }

  /**
   * Whether a consumer certainly reads what this block writes, and nothing that was there before:
   * so that it can't come first.
   */
  private boolean readsNothingElse(BlockScope blocks, Site.Block consumer) {
    Site.Block scope = block.scope();
    if (scope == null || !consumer.stmt().predicate().isConst(1)) {
      return false;
    }
    for (BufferRegion write : block.block().writes()) {
      Buffer buffer = write.buffer();
      boolean loaded =
          consumer.block().reads().stream().anyMatch(read -> read.buffer() == buffer)
              && consumer.childBlocks().isEmpty()
              && !ConditionalAccess.of(buffer, consumer.block());
      if (loaded
          && scope.block().allocBuffers().contains(buffer)
          && blocks.writers(buffer).equals(List.of(block))) {
        return true;
      }
    }
    return false;
  }

  private int statementWith(List<Stmt> stmts, Site.Block other) {
    if (!loop.contains(other)) {
      return -1;
    }
    Site child = other;
    while (child.parent() != loop && child.parent() != null) {
      child = child.parent();
    }
    for (int i = 0; i < stmts.size(); i++) {
      if (holds(stmts.get(i), child.stmt())) {
        return i;
      }
    }
    throw new IllegalStateException(child + " is no statement of " + loop);
  }

  /** Whether a statement is another or holds it, be it under a condition. */
  private static boolean holds(Stmt stmt, Stmt wanted) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |= node == wanted;
        if (!found[0]) {
          super.stmt(node);
        }
      }
    }.stmt(stmt);
    return found[0];
  }

  private boolean comesAfterLoop(BlockScope blocks, Site.Block other) {
    List<Site.Block> under = loop.childBlocks();
    return under.isEmpty()
        || blocks.blocks().indexOf(other) > blocks.blocks().indexOf(under.getLast());
  }

  /** The values of the block's axes for which something is needed, or at hand, under the loop. */
  private Domains domains(List<Site.Block> neighbours, Analyzer analyzer) {
    Domains domains = new Domains(primitive, state, block, analyzer, forward);
    for (BufferRegion own : forward ? block.block().writes() : block.block().reads()) {
      List<List<Interval>> wanted = new ArrayList<>();
      for (Site.Block neighbour : neighbours) {
        Stmt.Block other = neighbour.block();
        for (BufferRegion region : forward ? other.reads() : other.writes()) {
          if (region.buffer() == own.buffer()) {
            Scope memory = forward ? own.buffer().scope() : Scope.GLOBAL;
            Map<Var, Range> domain = Regions.domain(neighbour.parent(), loop, memory);
            List<Interval> box =
                Regions.upperBound(
                    Regions.bound(neighbour, region),
                    domain,
                    neighbour.stmt().predicate(),
                    analyzer);
            boolean always = neighbour.stmt().predicate().isConst(1);
            wanted.add(box.stream().map(interval -> unlessItChanges(interval, always)).toList());
          }
        }
      }
      if (!wanted.isEmpty()) {
        domains.add(own, Regions.union(wanted, analyzer));
      }
    }
    return domains;
  }

  /**
   * Nothing is known of a bound that reads memory which may be written between here and there, or
   * which is read under a condition only.
   */
  private Interval unlessItChanges(Interval interval, boolean always) {
    return new Interval(
        unlessItChanges(interval.min(), always), unlessItChanges(interval.max(), always));
  }

  private @Nullable Expr unlessItChanges(@Nullable Expr bound, boolean always) {
    if (bound == null || Vars.loaded(bound).isEmpty()) {
      return bound;
    }
    return always && !Effects.mayChange(bound, state.root(block).block()) ? bound : null;
  }

  private Stmt nest(List<Domains.Axis> axes, Analyzer analyzer, boolean preserveUnitLoops) {
    List<Var> loops = new ArrayList<>();
    List<Expr> extents = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    List<Expr> conditionsOnAxes = new ArrayList<>();
    List<IterVar> iters = block.block().iterVars();
    for (int i = 0; i < axes.size(); i++) {
      IterVar iter = iters.get(i);
      Range range = Regions.range(axes.get(i).domain(), iter.dom(), analyzer);
      Expr value = Expr.cast(iter.var().dtype(), range.min());
      if (preserveUnitLoops || !range.isPoint()) {
        Var var = Var.of("ax" + loops.size(), iter.var().dtype());
        Expr extent = Expr.cast(var.dtype(), range.extent());
        loops.add(var);
        extents.add(extent);
        analyzer.bind(var, Range.upTo(extent));
        value = Expr.add(value, var);
      }
      values.add(value);
      Interval bound = axes.get(i).bound();
      if (bound != null) {
        addBound(value, bound, conditionsOnAxes, analyzer);
      }
    }
    Expr predicate = analyzer.simplify(Vars.conjunction(conditionsOnAxes));
    return Nests.around(loops, extents, new Stmt.BlockRealize(values, predicate, block.block()));
  }

  private static void addBound(Expr value, Interval bound, List<Expr> into, Analyzer analyzer) {
    if (bound.min() != null) {
      Expr lower = Expr.ge(value, bound.min());
      if (!analyzer.prove(lower)) {
        into.add(lower);
      }
    }
    if (bound.max() != null) {
      Expr upper = Expr.lt(value, analyzer.simplify(Expr.add(bound.max(), 1)));
      if (!analyzer.prove(upper)) {
        into.add(upper);
      }
    }
  }

  private Stmt rewrite(Stmt.Block scope, Removal removal, Stmt nest, int position) {
    Stmt body =
        new StmtRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            if (node == removal.old()) {
              // The loop may be within what stays; then it is found further down.
              return stmt(removal.replacement());
            }
            if (node == loop.stmt()) {
              List<Stmt> stmts =
                  Nests.statements(loop.stmt().body()).stream().map(this::stmt).toList();
              return loop.stmt().withBody(Stmt.seq(Nests.inserted(stmts, position, nest)));
            }
            return super.stmt(node);
          }
        }.stmt(scope.body());
    return scope.withBody(body);
  }

  /** Whether a loop is in the values of two axes, which then don't vary on their own. */
  private static boolean shareLoops(Site.Block moved) {
    for (Site.Loop around : moved.loopsAround()) {
      long uses =
          moved.stmt().iterValues().stream()
              .filter(value -> Vars.uses(value, around.stmt().var()))
              .count();
      if (uses > 1 && !around.stmt().extent().isConst(1)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a loop that no axis knows is within one that a reduction axis is bound to. */
  private static boolean isRepeated(Site.Block moved) {
    boolean reducing = false;
    for (Site.Loop around : moved.loopsAround()) {
      Var var = around.stmt().var();
      boolean used = false;
      for (int i = 0; i < moved.block().iterVars().size(); i++) {
        if (Vars.uses(moved.stmt().iterValues().get(i), var)) {
          used = true;
          reducing |= moved.block().iterVars().get(i).kind() == IterVar.Kind.REDUCE;
        }
      }
      if (!used && reducing && !around.stmt().extent().isConst(1)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the loops that the axes know reach each instance no more than once. */
  private static boolean isOnce(ScheduleState next, Site.Block moved) {
    Map<Var, Range> domain = Regions.domain(moved.parent(), null, Scope.GLOBAL);
    domain
        .keySet()
        .removeIf(var -> moved.stmt().iterValues().stream().noneMatch(v -> Vars.uses(v, var)));
    return AffineMap.detect(
            moved.stmt().iterValues(),
            domain,
            moved.stmt().predicate(),
            AffineMap.Level.BIJECTIVE,
            next.analyzer(moved))
        != null;
  }

  /**
   * The values over all loops, relaxed from the innermost loop outwards: an extent may depend on
   * the loops around it.
   */
  private static Interval reached(
      Site.Block moved, Expr value, Map<Var, Range> domain, Analyzer analyzer) {
    Interval reached = new Interval(value, value);
    for (Site.Loop around : moved.loopsAround().reversed()) {
      Var var = around.stmt().var();
      Range range = domain.get(var);
      if (range == null || reached.min() == null || reached.max() == null) {
        continue;
      }
      Map<Var, Range> one = Map.of(var, range);
      reached =
          new Interval(
              Regions.evaluate(Range.point(analyzer.simplify(reached.min())), one, analyzer).min(),
              Regions.evaluate(Range.point(analyzer.simplify(reached.max())), one, analyzer).max());
    }
    return reached;
  }

  /** That nothing is lost, and nothing of a reduction done twice. */
  private void checkComplete(ScheduleState next, Site.Block scope) {
    Site.Block moved = next.block(block.ref());
    if (!next.isCovered(moved)) {
      throw state.refuse(
          primitive, block + " would read more than is produced so far under " + loop, block, loop);
    }
    if (!isDomainOfAxes(next, moved)) {
      throw state.refuse(
          primitive, "instances of " + block + " that read nothing would be lost", block, loop);
    }
    for (Site.Block producer : next.scope(next.block(scope.ref())).producers(moved)) {
      if (!runsWheneverReached(next, producer, moved)) {
        throw state.refuse(
            primitive,
            block + " would run in iterations in which " + producer + " does not",
            block,
            loop);
      }
    }
    boolean reduction = block.block().init() != null;
    if (reduction && (!next.isAffine(moved) || isRepeated(moved) || !isOnce(next, moved))) {
      throw state.refuse(
          primitive, "parts of the reduction " + block + " would be done more than once", block);
    }
    if (!next.isAffine(moved) && shareLoops(moved)) {
      throw state.refuse(
          primitive,
          block + " would not run for all combinations of its axes' values",
          block,
          loop);
    }
    Analyzer analyzer = next.analyzer(next.block(scope.ref()));
    Map<Var, Range> domain = Regions.domain(moved.parent(), null, Scope.GLOBAL);
    List<IterVar> axes = moved.block().iterVars();
    for (int i = 0; i < axes.size(); i++) {
      Interval reached = reached(moved, moved.stmt().iterValues().get(i), domain, analyzer);
      Range whole = axes.get(i).dom();
      Expr min = reached.min();
      Expr max = reached.max();
      boolean all =
          min != null
              && max != null
              && analyzer.prove(Expr.le(min, whole.min()))
              && analyzer.prove(Expr.ge(max, Expr.sub(Expr.add(whole.min(), whole.extent()), 1)));
      if (!all) {
        throw state.refuse(
            primitive,
            "axis '"
                + axes.get(i).var().name()
                + "' of "
                + block
                + " would not take all of its values under "
                + loop,
            block,
            loop);
      }
    }
  }

  /**
   * Whether what a producer's predicate says of the loops that it shares with the moved block holds
   * whenever that block runs.
   */
  private static boolean runsWheneverReached(
      ScheduleState next, Site.Block producer, Site.Block moved) {
    Map<Var, Expr> single = new HashMap<>();
    Set<Var> own = new HashSet<>();
    for (Site.Loop around : producer.loopsAround()) {
      if (!around.contains(moved)) {
        Stmt.For stmt = around.stmt();
        if (stmt.extent().isConst(1)) {
          single.put(stmt.var(), stmt.min());
        } else {
          own.add(stmt.var());
        }
      }
    }
    Analyzer analyzer = next.analyzer(moved);
    try (var _ = analyzer.constraint(moved.stmt().predicate())) {
      for (Expr condition : Vars.conjuncts(producer.stmt().predicate())) {
        Expr shared = Substitute.in(condition, single);
        if (!Vars.usesAny(shared, own) && !analyzer.prove(shared)) {
          return false;
        }
      }
    }
    return true;
  }
}
