package dev.weft.tir.schedule.primitive;

import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts loops into another order. They need not be adjacent: loops between them that are not
 * mentioned stay where they are.
 *
 * <p>Arguments: the loops in the wanted order.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>no loop is mentioned twice,
 *   <li>all loops are on one chain of loops, without a block between them,
 *   <li>each loop from the outermost but the innermost of them has a single statement,
 *   <li>afterwards, no loop's extent depends on a loop further in,
 *   <li>every block below has spatial and reduction axes only and an affine binding,
 *   <li>loops that count spatial and reduction axes of a block with an init at once, those between
 *       the mentioned ones too, keep their order: the init comes with the first values of the
 *       reduction axes,
 *   <li>no loop that only repeats a reduction with an init changes places with one that it reduces
 *       over.
 * </ol>
 *
 * <pre>
 * for i, j, k in T.grid(128, 128, 128):         for j, k, i in T.grid(128, 128, 128):
 *     with T.block("C"):                   →        with T.block("C"):
 *         vi, vj, vk = T.axis.remap(…)                  vi, vj, vk = T.axis.remap(…)
 * </pre>
 */
public final class Reorder {
  private static final String NAME = "reorder";

  private Reorder() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, List<LoopRef> refs) {
    List<Site.Loop> wanted = refs.stream().map(state::loop).toList();
    if (wanted.size() <= 1) {
      return state;
    }
    Set<Site.Loop> set = new HashSet<>(wanted);
    if (set.size() != wanted.size()) {
      throw state.refuse(NAME, "a loop is mentioned twice", wanted.getFirst());
    }
    List<Site.Loop> chain = chain(state, wanted, set);
    Conditions conditions = new Conditions(NAME, state);
    Site.Loop top = chain.getFirst();
    Site.Loop bottom = chain.getLast();
    List<Site.Loop> order = new ArrayList<>();
    int next = 0;
    for (Site.Loop loop : chain) {
      order.add(set.contains(loop) ? wanted.get(next++) : loop);
    }
    checkExtents(state, order);
    for (Site.Block block : bottom.childBlocks()) {
      for (IterVar axis : block.block().iterVars()) {
        boolean known = axis.kind() == IterVar.Kind.SPATIAL || axis.kind() == IterVar.Kind.REDUCE;
        if (!known) {
          throw state.refuse(
              NAME, "axis '" + axis.var().name() + "' is neither spatial nor reduction", block);
        }
      }
      conditions.affine(block, top);
      checkBegin(state, block, chain, order);
      checkRepeats(state, block, chain, order);
    }
    conditions.independentOfOrder(top);
    Stmt body = bottom.stmt().body();
    for (int i = order.size() - 1; i >= 0; i--) {
      body = order.get(i).stmt().withBody(body);
    }
    return state.replace(top, body);
  }

  /**
   * That a reduction still begins with the first values of its reduction axes: loops that are in
   * the values of spatial and reduction axes at once count both, and in one order only. Loops that
   * are not mentioned may come to stand on the other side of one that is.
   */
  private static void checkBegin(
      ScheduleState state, Site.Block block, List<Site.Loop> chain, List<Site.Loop> order) {
    if (block.block().init() == null) {
      return;
    }
    Set<Var> spatial = new HashSet<>();
    Set<Var> reduce = new HashSet<>();
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      boolean reduces = block.block().iterVars().get(i).kind() == IterVar.Kind.REDUCE;
      (reduces ? reduce : spatial).addAll(Vars.in(block.stmt().iterValues().get(i)));
    }
    spatial.retainAll(reduce);
    if (!mixed(chain, spatial).equals(mixed(order, spatial))) {
      throw state.refuse(
          NAME, "the loops count spatial and reduction axes of " + block + " at once", block);
    }
  }

  private static List<Site.Loop> mixed(List<Site.Loop> loops, Set<Var> vars) {
    return loops.stream().filter(loop -> vars.contains(loop.stmt().var())).toList();
  }

  /**
   * That a reduction is repeated as before: a loop that is in no axis carries it out again, from
   * its init, as a whole where it is outside the loops of its reduction axes, and step by step,
   * without the init, where it is within them.
   */
  private static void checkRepeats(
      ScheduleState state, Site.Block block, List<Site.Loop> chain, List<Site.Loop> order) {
    if (block.block().init() == null) {
      return;
    }
    for (Site.Loop repeating : chain) {
      if (!Conditions.isRepeating(block, repeating)) {
        continue;
      }
      for (Site.Loop reducing : chain) {
        boolean swapped =
            (chain.indexOf(repeating) < chain.indexOf(reducing))
                != (order.indexOf(repeating) < order.indexOf(reducing));
        if (swapped && !reducing.stmt().extent().isConst(1) && isReducing(block, reducing)) {
          throw state.refuse(
              NAME,
              repeating + " repeats " + block + ", which reduces over " + reducing,
              block,
              repeating,
              reducing);
        }
      }
    }
  }

  private static boolean isReducing(Site.Block block, Site.Loop loop) {
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      if (block.block().iterVars().get(i).kind() == IterVar.Kind.REDUCE
          && Vars.uses(block.stmt().iterValues().get(i), loop.stmt().var())) {
        return true;
      }
    }
    return false;
  }

  /** All loops from the outermost to the innermost of those mentioned. */
  private static List<Site.Loop> chain(
      ScheduleState state, List<Site.Loop> wanted, Set<Site.Loop> set) {
    Site.Loop bottom = wanted.getFirst();
    for (Site.Loop loop : wanted) {
      if (bottom.contains(loop)) {
        bottom = loop;
      }
    }
    List<Site.Loop> path = new ArrayList<>(bottom.loopsAround());
    path.add(bottom);
    if (!path.containsAll(set)) {
      throw state.refuse(
          NAME, "the loops are not nested in each other", wanted.toArray(Site.Loop[]::new));
    }
    int first = 0;
    while (!set.contains(path.get(first))) {
      first++;
    }
    List<Site.Loop> chain = path.subList(first, path.size());
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (chain.get(i).stmt().body() != chain.get(i + 1).stmt()) {
        throw state.refuse(
            NAME, chain.get(i) + " has more than one statement", chain.get(i), chain.get(i + 1));
      }
    }
    return chain;
  }

  private static void checkExtents(ScheduleState state, List<Site.Loop> order) {
    for (int i = 0; i < order.size(); i++) {
      Stmt.For outer = order.get(i).stmt();
      for (Site.Loop inner : order.subList(i + 1, order.size())) {
        if (Vars.uses(outer.min(), inner.stmt().var())
            || Vars.uses(outer.extent(), inner.stmt().var())) {
          throw state.refuse(
              NAME,
              "the domain of " + order.get(i) + " depends on " + inner + ", which would be within",
              order.get(i),
              inner);
        }
      }
    }
  }
}
