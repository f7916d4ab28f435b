package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes a reduction apart into partial results, one for each iteration of a loop, and a reduction
 * of these.
 *
 * <p>Arguments: the loop; where the new dimension of the partial results goes, counted from the end
 * if negative. Gives back the block of the partial results; the block's handle is that of the final
 * reduction afterwards.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the only block under the loop is a reduction block,
 *   <li>it is a sum, product, minimum or maximum, two sums, an argmin or argmax (position and value
 *       worked out by {@code T.let}, then stored), and its init the neutral element,
 *   <li>the loop is serial, starts at 0, and is in the value of no spatial axis,
 *   <li>no loop is in values of both spatial and reduction axes; loops in the value of no axis
 *       inside a loop of the reduction have extent 1,
 *   <li>the predicate holds at the first step of each partial result,
 *   <li>the block is the first within the outermost loop, and alone in the loops of the reduction,
 *   <li>no loop's extent depends on another loop.
 * </ol>
 *
 * <pre>
 *                                              for i, k_0, k_1 in T.grid(128, 8, 16):
 * for i, k_0, k_1 in T.grid(128, 8, 16):           with T.block("B_rf"):
 *     with T.block("B"):                               B_rf[vk_0, vi] += A[vi, vk_0 * 16 + vk_1]
 *         B[vi] += A[vi, vk]             →     for i, k_0 in T.grid(128, 8):
 *                                                  with T.block("B"):
 *                                                      B[vi] += B_rf[vk_0, vi]
 * </pre>
 */
public final class RFactor {
  private static final String NAME = "rfactor";

  private RFactor() {}

  /** See the class. */
  public static Applied<BlockRef> apply(ScheduleState state, LoopRef ref, int factorAxis) {
    Site.Loop loop = state.loop(ref);
    List<Site.Block> under = loop.childBlocks();
    if (under.size() != 1) {
      throw state.refuse(NAME, "there are " + under.size() + " blocks under " + loop, loop);
    }
    return new Factoring(state, loop, under.getFirst()).apply(factorAxis);
  }

  /** One reduction taken apart at one loop. */
  private static final class Factoring {
    private final ScheduleState state;
    private final Site.Loop loop;
    private final Site.Block site;
    private final Stmt.Block block;
    private final List<Site.Loop> loops;
    private final Set<Var> spatialLoops = new HashSet<>();
    private final Set<Var> reduceLoops = new HashSet<>();

    Factoring(ScheduleState state, Site.Loop loop, Site.Block site) {
      this.state = state;
      this.loop = loop;
      this.site = site;
      this.block = site.block();
      this.loops = site.loopsAround();
    }

    Applied<BlockRef> apply(int factorAxis) {
      Conditions conditions = new Conditions(NAME, state);
      conditions.reduction(site);
      conditions.stagePipeline(site);
      checkLoops();
      Combiner combiner = Combiner.of(block);
      if (combiner == null) {
        throw state.refuse(
            NAME,
            site
                + " is no sum, product, minimum, maximum, argmin or argmax that begins with its"
                + " neutral element",
            site);
      }
      int rank = combiner.buffers().getFirst().rank();
      int axis = factorAxis < 0 ? factorAxis + rank + 1 : factorAxis;
      if (axis < 0 || axis > rank) {
        throw state.refuse(
            NAME,
            "factor axis "
                + factorAxis
                + " is out of range: '"
                + combiner.buffers().getFirst().name()
                + "' has "
                + Counted.of(rank, "dimension", "dimensions"),
            site);
      }
      Map<Buffer, Buffer> partial = new LinkedHashMap<>();
      for (Buffer buffer : combiner.buffers()) {
        List<Expr> shape = new ArrayList<>(buffer.shape());
        shape.add(axis, loop.stmt().extent());
        partial.put(
            buffer,
            buffer.withShape(shape, List.of()).inScope(buffer.scope(), buffer.name() + ".rf"));
      }
      Stmt first = partialNest(combiner, partial, axis);
      Stmt second = finalNest(combiner, partial, axis);
      Site.Block scope = conditions.scope(site);
      Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
      replaced.put(loops.getFirst().stmt(), Stmt.seq(first, second));
      Stmt body = Blocks.replace(scope.block().body(), replaced);
      List<Buffer> allocated = new ArrayList<>(scope.block().allocBuffers());
      allocated.addAll(partial.values());
      Stmt.Block newScope = scope.block().withBody(body).withAllocBuffers(allocated);
      ScheduleState next =
          state.replace(scope, scope.stmt().withBlock(newScope)).recheckAffine(site.ref());
      return new Applied<>(next, Blocks.within(next, first));
    }

    private void checkLoops() {
      for (int i = 0; i < block.iterVars().size(); i++) {
        Set<Var> used = Vars.in(site.stmt().iterValues().get(i));
        boolean reduce = block.iterVars().get(i).kind() == IterVar.Kind.REDUCE;
        (reduce ? reduceLoops : spatialLoops).addAll(used);
      }
      if (!loops.getFirst().childBlocks().getFirst().equals(site)) {
        throw state.refuse(
            NAME, "another block comes before " + site + " in " + loops.getFirst(), site);
      }
      boolean reducing = false;
      for (Site.Loop each : loops) {
        Var var = each.stmt().var();
        boolean reduces = reduceLoops.contains(var);
        boolean bound = reduces || spatialLoops.contains(var);
        if (reduces && spatialLoops.contains(var)) {
          throw state.refuse(
              NAME, each + " is in the values of spatial and of reduction axes", each, site);
        }
        reducing |= reduces;
        if (reducing && Nests.statements(each.stmt().body()).size() != 1) {
          throw state.refuse(NAME, each + " holds more than " + site, each, site);
        }
        if (!bound && (reducing || each == loop) && !each.stmt().extent().isConst(1)) {
          throw state.refuse(
              NAME, each + " does the reduction again, which must not be added up", each, site);
        }
      }
      for (Site.Loop each : loops) {
        for (Site.Loop other : loops) {
          if (Vars.uses(each.stmt().extent(), other.stmt().var())) {
            throw new IllegalStateException(
                "the binding of " + site + " is affine, so no extent depends on a loop");
          }
        }
      }
      Stmt.For stmt = loop.stmt();
      if (stmt.kind() != ForKind.SERIAL || spatialLoops.contains(stmt.var())) {
        throw state.refuse(NAME, loop + " is not a serial loop of the reduction", loop, site);
      }
      if (!stmt.min().isConst(0)) {
        throw state.refuse(NAME, loop + " does not start at 0", loop, site);
      }
      checkPredicate();
    }

    /**
     * That each partial result is begun: the predicate holds where the other reduction loops begin.
     */
    private void checkPredicate() {
      Map<Var, Expr> begin = new HashMap<>();
      for (Site.Loop each : loops) {
        if (each != loop && reduceLoops.contains(each.stmt().var())) {
          begin.put(each.stmt().var(), each.stmt().min());
        }
      }
      Analyzer analyzer = state.analyzer(site);
      for (Expr part : Vars.conjuncts(site.stmt().predicate())) {
        boolean reduces = Vars.usesAny(part, reduceLoops) || Vars.uses(part, loop.stmt().var());
        if (reduces && !analyzer.prove(Substitute.in(part, begin))) {
          throw state.refuse(
              NAME,
              "the predicate of " + site + " leaves out the first of some partial result",
              site);
        }
      }
    }

    private IterVar factorAxis(IterVar.Kind kind) {
      Var var = loop.stmt().var();
      return new IterVar(
          Range.upTo(loop.stmt().extent()), var.renamed("v" + var.name()), kind, null);
    }

    private Stmt partialNest(Combiner combiner, Map<Buffer, Buffer> partial, int position) {
      IterVar factor = factorAxis(IterVar.Kind.SPATIAL);
      List<IterVar> axes = new ArrayList<>(List.of(factor));
      List<Expr> values = new ArrayList<>(List.of(loop.stmt().var()));
      Map<Var, Expr> renamed = new HashMap<>();
      Map<Var, Var> reduceAxes = new HashMap<>();
      reduceAxes.put(loop.stmt().var(), factor.var());
      boolean reduces = false;
      for (int i = 0; i < block.iterVars().size(); i++) {
        IterVar axis = block.iterVars().get(i);
        Expr value = site.stmt().iterValues().get(i);
        boolean touched = Vars.uses(value, loop.stmt().var());
        if (axis.kind() == IterVar.Kind.SPATIAL || !touched) {
          reduces |= axis.kind() == IterVar.Kind.REDUCE;
          Var var = axis.var().renamed(axis.var().name());
          renamed.put(axis.var(), var);
          axes.add(axis.withVar(var));
          values.add(value);
          continue;
        }
        for (Site.Loop each : loops) {
          Var var = each.stmt().var();
          if (Vars.uses(value, var) && !reduceAxes.containsKey(var)) {
            Var made = var.renamed("v" + var.name());
            reduceAxes.put(var, made);
            axes.add(
                new IterVar(
                    new Range(each.stmt().min(), each.stmt().extent()), made, axis.kind(), null));
            values.add(var);
            reduces = true;
          }
        }
        renamed.put(axis.var(), Substitute.in(value, reduceAxes));
      }
      List<Expr> indices = new ArrayList<>();
      combiner.indices().forEach(index -> indices.add(Substitute.in(index, renamed)));
      indices.add(position, factor.var());
      List<Expr> terms = combiner.terms().stream().map(t -> Substitute.in(t, renamed)).toList();
      List<Buffer> buffers = List.copyOf(partial.values());
      List<Expr> there = loads(buffers, indices);
      Stmt init = reduces ? stores(buffers, combiner.neutral(), indices) : null;
      Stmt update =
          reduces
              ? updates(combiner, buffers, combiner.combine(there, terms), indices)
              : stores(buffers, terms, indices);
      Stmt.Block made =
          new Stmt.Block(
              block.name() + "_rf",
              axes,
              regions(block.reads(), renamed, partial, position, factor),
              regions(block.writes(), renamed, partial, position, factor),
              List.of(),
              List.of(),
              Blocks.userAnnotations(site),
              init,
              update);
      Stmt nest = new Stmt.BlockRealize(values, site.stmt().predicate(), made);
      for (Site.Loop each : loops.reversed()) {
        nest = each.stmt().withBody(nest);
      }
      return fresh(nest);
    }

    private static List<BufferRegion> regions(
        List<BufferRegion> old,
        Map<Var, Expr> renamed,
        Map<Buffer, Buffer> partial,
        int position,
        IterVar factor) {
      List<BufferRegion> result = new ArrayList<>();
      for (BufferRegion region : old) {
        BufferRegion here = Substitute.in(region, renamed);
        Buffer replacement = partial.get(region.buffer());
        if (replacement != null) {
          List<Range> ranges = new ArrayList<>(here.region());
          ranges.add(position, Range.point(factor.var()));
          here = new BufferRegion(replacement, ranges);
        }
        result.add(here);
      }
      return result;
    }

    private static List<Expr> loads(List<Buffer> buffers, List<Expr> indices) {
      return buffers.stream().map(buffer -> (Expr) new Expr.Load(buffer, indices)).toList();
    }

    private static Stmt stores(List<Buffer> buffers, List<Expr> values, List<Expr> indices) {
      List<Stmt> stores = new ArrayList<>();
      for (int i = 0; i < buffers.size(); i++) {
        stores.add(new Stmt.Store(buffers.get(i), values.get(i), indices));
      }
      return Stmt.seq(stores);
    }

    /** Several values are worked out before the first of them is stored. */
    private static Stmt updates(
        Combiner combiner, List<Buffer> buffers, List<Expr> values, List<Expr> indices) {
      if (buffers.size() == 1) {
        return stores(buffers, values, indices);
      }
      List<Var> vars = buffers.stream().map(b -> Var.of("v_" + b.name(), b.dtype())).toList();
      Stmt body = stores(buffers, List.copyOf(vars), indices);
      for (int i = combiner.buffers().size() - 1; i >= 0; i--) {
        body = new Stmt.Let(vars.get(i), values.get(i), body);
      }
      return body;
    }

    /** Copies of the loops with variables of their own. */
    private static Stmt fresh(Stmt nest) {
      if (nest instanceof Stmt.For loop) {
        Stmt body = fresh(loop.body());
        return Nests.renamed(loop, loop.var().renamed(loop.var().name()), body);
      }
      return nest;
    }

    private Stmt finalNest(Combiner combiner, Map<Buffer, Buffer> partial, int position) {
      IterVar factor = factorAxis(IterVar.Kind.REDUCE);
      List<IterVar> axes = new ArrayList<>(List.of(factor));
      List<Expr> values = new ArrayList<>(List.of(loop.stmt().var()));
      for (int i = 0; i < block.iterVars().size(); i++) {
        if (block.iterVars().get(i).kind() == IterVar.Kind.SPATIAL) {
          axes.add(block.iterVars().get(i));
          values.add(site.stmt().iterValues().get(i));
        }
      }
      List<Expr> indices = new ArrayList<>(combiner.indices());
      indices.add(position, factor.var());
      List<Buffer> buffers = combiner.buffers();
      List<Expr> more = loads(List.copyOf(partial.values()), indices);
      List<Expr> combined = combiner.combine(loads(buffers, combiner.indices()), more);
      Stmt.Block made =
          new Stmt.Block(
              block.name(),
              axes,
              partial.values().stream().map(b -> BufferRegion.point(b, indices)).toList(),
              buffers.stream().map(b -> BufferRegion.point(b, combiner.indices())).toList(),
              block.allocBuffers(),
              block.matchBuffers(),
              block.annotations(),
              stores(buffers, combiner.neutral(), combiner.indices()),
              updates(combiner, buffers, combined, combiner.indices()));
      Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
      Stmt nest = new Stmt.BlockRealize(values, finalPredicate(), made);
      Stmt inner = site.stmt();
      for (Site.Loop each : loops.reversed()) {
        replaced.clear();
        replaced.put(inner, nest);
        Stmt body = Blocks.replace(each.stmt().body(), replaced);
        boolean kept = each == loop || !reduceLoops.contains(each.stmt().var());
        nest = kept ? each.stmt().withBody(body) : body;
        inner = each.stmt();
      }
      return nest;
    }

    /** The part of the predicate that is about the loops that stay. */
    private Expr finalPredicate() {
      Set<Var> gone = new HashSet<>(reduceLoops);
      gone.add(loop.stmt().var());
      return Vars.conjunction(
          Vars.conjuncts(site.stmt().predicate()).stream()
              .filter(part -> !Vars.usesAny(part, gone))
              .toList());
    }
  }
}
