package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes the init of a reduction block out into a block of its own, right before a loop.
 *
 * <p>Arguments: the block; the loop. Gives back the init block; the handle of the reduction block
 * is that of the update block afterwards.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block is a reduction block,
 *   <li>the loop is around it, in the same scope,
 *   <li>no loop outside of the given one is in the value of a reduction axis (the init would be
 *       carried out again for each of its iterations),
 *   <li>from the given loop inwards, no instance of the block is carried out again,
 *   <li>from the given loop inwards, each loop is in the value of an axis (else the reduction is
 *       done again without its init),
 *   <li>each part of the block's predicate is about loops that stay around the init, or about
 *       reduction loops only.
 * </ol>
 *
 * <pre>
 * for i, k in T.grid(128, 64):                  for i_init in range(128):
 *     with T.block("C"):                            with T.block("C_init"):
 *         vi, vk = T.axis.remap("SR", …)                vi = T.axis.spatial(128, i_init)
 *         with T.init():                    →           C[vi] = 0.0
 *             C[vi] = 0.0                       for i, k in T.grid(128, 64):
 *         C[vi] = C[vi] + A[vi, vk]                 with T.block("C_update"):
 *                                                       vi, vk = T.axis.remap("SR", …)
 *                                                       C[vi] = C[vi] + A[vi, vk]
 * </pre>
 */
public final class DecomposeReduction {
  private static final String NAME = "decomposeReduction";

  private DecomposeReduction() {}

  /** See the class. */
  public static Applied<BlockRef> apply(ScheduleState state, BlockRef blockRef, LoopRef loopRef) {
    Site.Block site = state.block(blockRef);
    Site.Loop loop = state.loop(loopRef);
    Conditions conditions = new Conditions(NAME, state);
    if (state.isChecked()) {
      conditions.scope(site);
      conditions.reduction(site);
    }
    List<Site.Loop> loops = site.loopsAround();
    int position = loops.indexOf(loop);
    if (position < 0) {
      throw state.refuse(NAME, loop + " is not around " + site, loop, site);
    }
    if (state.isChecked()) {
      checkHeight(state, site, loops.subList(0, position), loop);
      conditions.once(site, loop);
    }

    Stmt.Block block = site.block();
    Map<Var, Var> axes = new HashMap<>();
    List<IterVar> initAxes = new ArrayList<>();
    List<Expr> initValues = new ArrayList<>();
    for (int i = 0; i < block.iterVars().size(); i++) {
      IterVar axis = block.iterVars().get(i);
      if (axis.kind() == IterVar.Kind.SPATIAL) {
        Var var = axis.var().renamed(axis.var().name() + "_init");
        axes.put(axis.var(), var);
        initAxes.add(axis.withVar(var));
        initValues.add(site.stmt().iterValues().get(i));
      }
    }
    List<Stmt.For> kept = new ArrayList<>();
    List<Var> dropped = new ArrayList<>();
    for (Site.Loop candidate : loops.subList(position, loops.size())) {
      Var var = candidate.stmt().var();
      if (initValues.stream().anyMatch(value -> Vars.uses(value, var))) {
        kept.add(candidate.stmt());
      } else {
        if (state.isChecked()
            && site.stmt().iterValues().stream().noneMatch(value -> Vars.uses(value, var))
            && !candidate.stmt().extent().isConst(1)) {
          throw state.refuse(
              NAME,
              candidate + " does the whole reduction again, which must begin again too",
              candidate,
              site);
        }
        dropped.add(var);
      }
    }
    Stmt init = block.init();
    if (init == null) {
      throw state.refuse(NAME, site + " has no init that could be taken out", site);
    }
    Stmt.Block initBlock =
        new Stmt.Block(
            block.name() + "_init",
            initAxes,
            List.of(),
            block.writes().stream().map(write -> Substitute.in(write, axes)).toList(),
            List.of(),
            block.matchBuffers().stream().map(match -> Views.substitute(match, axes)).toList(),
            Blocks.userAnnotations(site),
            null,
            Substitute.in(init, axes));
    Stmt nest = new Stmt.BlockRealize(initValues, predicate(state, site, dropped), initBlock);
    for (int i = kept.size() - 1; i >= 0; i--) {
      Stmt.For old = kept.get(i);
      Stmt.For plain = old.withAnnotations(Map.of());
      nest = Nests.renamed(plain, old.var().renamed(old.var().name() + "_init"), nest);
    }
    Stmt update = updated(site, loop);
    ScheduleState next = state.replace(loop, Stmt.seq(nest, update));
    return new Applied<>(next, Blocks.ref(next, initBlock));
  }

  private static void checkHeight(
      ScheduleState state, Site.Block site, List<Site.Loop> outside, Site.Loop loop) {
    for (int i = 0; i < site.block().iterVars().size(); i++) {
      IterVar axis = site.block().iterVars().get(i);
      Set<Var> used = Vars.in(site.stmt().iterValues().get(i));
      for (Site.Loop outer : outside) {
        if (axis.kind() == IterVar.Kind.REDUCE && used.contains(outer.stmt().var())) {
          throw state.refuse(
              NAME,
              outer
                  + " is outside of "
                  + loop
                  + " and in the value of the reduction axis '"
                  + axis.var().name()
                  + "'",
              outer,
              site);
        }
      }
    }
  }

  /** The parts of the predicate that are not about the loops that the init has no more. */
  private static Expr predicate(ScheduleState state, Site.Block site, List<Var> dropped) {
    List<Expr> kept = new ArrayList<>();
    for (Expr part : Vars.conjuncts(site.stmt().predicate())) {
      Set<Var> used = Vars.in(part);
      if (used.stream().noneMatch(dropped::contains)) {
        kept.add(part);
      } else if (isAboutOthers(site, used, dropped)) {
        throw state.refuse(
            NAME,
            "the predicate of " + site + " mixes loops of its init with loops of its reduction",
            site);
      }
    }
    // The last part first, as TVM has it.
    return Vars.conjunction(kept.reversed());
  }

  /** Whether some of the loops are none of those that the init does without. */
  private static boolean isAboutOthers(Site.Block site, Set<Var> used, List<Var> dropped) {
    return site.loopsAround().stream()
        .map(Site.Loop::stmt)
        .anyMatch(
            loop ->
                used.contains(loop.var())
                    && !dropped.contains(loop.var())
                    && !loop.extent().isConst(1));
  }

  private static Stmt updated(Site.Block site, Site.Loop loop) {
    Stmt.Block block = site.block();
    List<BufferRegion> reads = new ArrayList<>();
    List<Buffer> read = block.reads().stream().map(BufferRegion::buffer).toList();
    block.writes().stream().filter(w -> !read.contains(w.buffer())).forEach(reads::add);
    reads.addAll(block.reads());
    Stmt.Block update =
        block
            .with(null, block.body())
            .withRegions(reads, block.writes())
            .withName(block.name() + "_update");
    Map<Stmt, Stmt> map = new IdentityHashMap<>();
    map.put(site.stmt(), site.stmt().withBlock(update));
    return Blocks.replace(loop.stmt(), map);
  }
}
