package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
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
 *   <li>the only block under the loop is a reduction block, of one buffer,
 *   <li>its update is a sum, product, minimum or maximum, its init the neutral element,
 *   <li>the loop is serial, in the value of a reduction axis, and in that of no spatial axis,
 *   <li>no loop is in values of both spatial and reduction axes,
 *   <li>the block has no predicate about a reduction loop,
 *   <li>all loops around hold nothing else.
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
      Buffer buffer = conditions.singleWrite(site);
      Combiner combiner = Combiner.of(block, buffer);
      if (combiner == null) {
        throw state.refuse(
            NAME,
            site + " is no sum, product, minimum or maximum that begins with its neutral element",
            site);
      }
      int rank = buffer.rank();
      int axis = factorAxis < 0 ? factorAxis + rank + 1 : factorAxis;
      if (axis < 0 || axis > rank) {
        throw state.refuse(
            NAME,
            "factor axis "
                + factorAxis
                + " is out of range: '"
                + buffer.name()
                + "' has "
                + rank
                + " dimensions",
            site);
      }
      List<Expr> shape = new ArrayList<>(buffer.shape());
      shape.add(axis, loop.stmt().extent());
      Buffer partial =
          buffer.withShape(shape, List.of()).inScope(buffer.scope(), buffer.name() + ".rf");
      Stmt first = partialNest(combiner, partial, axis);
      Stmt second = finalNest(combiner, partial, axis);
      Site.Block scope = conditions.scope(site);
      Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
      replaced.put(loops.getFirst().stmt(), Stmt.seq(first, second));
      Stmt body = Blocks.replace(scope.block().body(), replaced);
      Stmt.Block newScope =
          scope.block().withBody(body).withAllocBuffers(Blocks.allocating(scope.block(), partial));
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
      Stmt inner = site.stmt();
      for (Site.Loop each : loops.reversed()) {
        Var var = each.stmt().var();
        if (each.stmt().body() != inner) {
          throw state.refuse(NAME, each + " holds more than " + site, each, site);
        }
        if (spatialLoops.contains(var) && reduceLoops.contains(var)) {
          throw state.refuse(
              NAME, each + " is in the values of spatial and of reduction axes", each, site);
        }
        inner = each.stmt();
      }
      Stmt.For stmt = loop.stmt();
      boolean serial = stmt.kind() == ForKind.SERIAL && stmt.min().isConst(0);
      if (!serial || !reduceLoops.contains(stmt.var())) {
        throw state.refuse(
            NAME, loop + " is not a serial loop of the reduction that starts at 0", loop, site);
      }
      for (Expr part : Vars.conjuncts(site.stmt().predicate())) {
        if (Vars.usesAny(part, reduceLoops)) {
          throw state.refuse(NAME, "the predicate of " + site + " is about a reduction loop", site);
        }
      }
    }

    private IterVar factorAxis(IterVar.Kind kind) {
      Var var = loop.stmt().var();
      return new IterVar(
          Range.upTo(loop.stmt().extent()), var.renamed("v" + var.name()), kind, null);
    }

    private Stmt partialNest(Combiner combiner, Buffer partial, int position) {
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
      Expr term = Substitute.in(combiner.term(), renamed);
      Expr load = new Expr.Load(partial, indices);
      Stmt init = reduces ? new Stmt.Store(partial, combiner.neutral(), indices) : null;
      Expr stored = reduces ? combiner.combine(load, term) : term;
      Stmt.Block made =
          AccessRegions.annotated(
              new Stmt.Block(
                  block.name() + "_rf",
                  axes,
                  List.of(),
                  List.of(),
                  List.of(),
                  List.of(),
                  Blocks.userAnnotations(site),
                  init,
                  new Stmt.Store(partial, stored, indices)));
      Stmt nest = new Stmt.BlockRealize(values, site.stmt().predicate(), made);
      for (Site.Loop each : loops.reversed()) {
        nest = each.stmt().withBody(nest);
      }
      return fresh(nest);
    }

    /** Copies of the loops with variables of their own. */
    private static Stmt fresh(Stmt nest) {
      if (nest instanceof Stmt.For loop) {
        Stmt body = fresh(loop.body());
        return Nests.renamed(loop, loop.var().renamed(loop.var().name()), body);
      }
      return nest;
    }

    private Stmt finalNest(Combiner combiner, Buffer partial, int position) {
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
      Buffer buffer = combiner.buffer();
      Expr old = new Expr.Load(buffer, combiner.indices());
      Expr update = combiner.combine(old, new Expr.Load(partial, indices));
      Stmt.Block made =
          AccessRegions.annotated(
              Blocks.with(
                  block,
                  axes,
                  List.of(),
                  List.of(),
                  new Stmt.Store(buffer, combiner.neutral(), combiner.indices()),
                  new Stmt.Store(buffer, update, combiner.indices())));
      Stmt nest = new Stmt.BlockRealize(values, site.stmt().predicate(), made);
      for (Site.Loop each : loops.reversed()) {
        Var var = each.stmt().var();
        if (each == loop || !reduceLoops.contains(var)) {
          nest = each.stmt().withBody(nest);
        }
      }
      return nest;
    }
  }
}
