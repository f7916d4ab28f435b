package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Gaps in what a block writes: the region in its signature is a box, of which the loops and blocks
 * within it may reach a part only, every fourth element say.
 */
public final class Gaps {
  /** Large enough for the polynomial of higher degree to be the larger one. */
  private static final long LARGE_SIZE = 1009;

  /** Iterations of a loop that decides how often another one runs: so many are counted. */
  private static final long MOST_COUNTED = 2048;

  private Gaps() {}

  /**
   * Whether a block certainly writes less of a buffer than a region that was made of what it
   * states, be it for large symbolic sizes only.
   *
   * @param place above the loops in which the region is written
   */
  public static boolean between(Site.Block block, Buffer buffer, List<Range> region, Site place) {
    return between(block, Accesses.stores(block.block()), buffer, region, place);
  }

  /** Whether one instance of a block certainly reads less of a buffer than a region. */
  public static boolean betweenReads(Site.Block block, Buffer buffer, List<Range> region) {
    Site place = block.parent();
    return place != null && between(block, Accesses.loads(block.block()), buffer, region, place);
  }

  private static boolean between(
      Site.Block block,
      List<Accesses.Place> accesses,
      Buffer buffer,
      List<Range> region,
      Site place) {
    if (Vars.in(block.block().body()).contains(buffer.data())) {
      return false;
    }
    Map<Var, Range> running = Regions.domain(block.parent(), place, Scope.GLOBAL);
    Map<Var, Long> axes = new HashMap<>();
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      IterVar axis = block.block().iterVars().get(i);
      Expr value = block.stmt().iterValues().get(i);
      axes.put(axis.var(), values(axis, value, running, block));
    }
    long points = 0;
    for (Accesses.Place access : accesses) {
      if (access.buffer() == buffer) {
        long reached = points(access, axes, block);
        if (reached < 0) {
          return false;
        }
        points += reached;
      }
    }
    long size = 1;
    for (Range range : region) {
      long extent = forLargeSizes(range.extent(), block);
      if (extent < 0) {
        return false;
      }
      size *= extent;
    }
    return points > 0 && points < size;
  }

  /** How many places an access comes to at most; -1 if that isn't known. */
  private static long points(Accesses.Place access, Map<Var, Long> axes, Site.Block block) {
    long count = 1;
    Map<Var, Range> loops = new LinkedHashMap<>();
    for (Map.Entry<Var, Range> loop : access.domain().entrySet()) {
      Var var = loop.getKey();
      Long ofAxis = axes.get(var);
      if (ofAxis == null) {
        loops.put(var, loop.getValue());
      } else if (access.indices().stream().anyMatch(i -> Vars.uses(i, var))) {
        if (ofAxis < 0) {
          return -1;
        }
        count *= ofAxis;
      }
    }
    long inner = iterations(access, loops, block);
    return inner < 0 ? -1 : count * inner;
  }

  /** The iterations of loops, those that the access doesn't know counted once. */
  private static long iterations(Accesses.Place access, Map<Var, Range> loops, Site.Block block) {
    if (loops.isEmpty()) {
      return 1;
    }
    Var var = loops.keySet().iterator().next();
    Range range = Objects.requireNonNull(loops.get(var));
    long extent = forLargeSizes(range.extent(), block);
    Map<Var, Range> rest = new LinkedHashMap<>(loops);
    rest.remove(var);
    boolean decides =
        rest.values().stream().anyMatch(r -> Vars.uses(r.min(), var) || Vars.uses(r.extent(), var));
    if (extent < 0 || (decides && extent > MOST_COUNTED)) {
      return -1;
    }
    if (!decides) {
      boolean used = access.indices().stream().anyMatch(i -> Vars.uses(i, var));
      long inner = iterations(access, rest, block);
      return inner < 0 ? -1 : (used ? extent : 1) * inner;
    }
    long sum = 0;
    for (long i = 0; i < extent; i++) {
      Map<Var, Expr> at = Map.of(var, Expr.add(range.min(), i));
      Map<Var, Range> then = new LinkedHashMap<>();
      rest.forEach(
          (v, r) ->
              then.put(v, new Range(Substitute.in(r.min(), at), Substitute.in(r.extent(), at))));
      long inner = iterations(access, then, block);
      if (inner < 0) {
        return -1;
      }
      sum += inner;
    }
    return sum;
  }

  /** How many values an axis takes at most in the loops that run; -1 if that isn't known. */
  private static long values(IterVar axis, Expr value, Map<Var, Range> running, Site.Block block) {
    long count = 1;
    for (Map.Entry<Var, Range> loop : running.entrySet()) {
      if (Vars.uses(value, loop.getKey())) {
        long extent = forLargeSizes(loop.getValue().extent(), block);
        if (extent < 0) {
          return forLargeSizes(axis.dom().extent(), block);
        }
        count *= extent;
      }
    }
    long all = forLargeSizes(axis.dom().extent(), block);
    return all < 0 ? count : Math.min(count, all);
  }

  /** An extent where the symbolic sizes in it are some large numbers; -1 if other things are. */
  private static long forLargeSizes(Expr extent, Site.Block block) {
    if (extent instanceof Expr.IntImm(var _, long value)) {
      return value;
    }
    Map<Var, Expr> sizes = new HashMap<>();
    Set<Var> free = Vars.in(extent);
    for (Site site = block; site != null; site = site.parent()) {
      Site around = site;
      boolean varies =
          switch (around) {
            case Site.Loop loop -> free.contains(loop.stmt().var());
            case Site.Block outer -> Vars.usesAny(extent, axes(outer));
          };
      if (varies) {
        return -1;
      }
    }
    free.forEach(size -> sizes.put(size, Expr.imm(size.dtype(), LARGE_SIZE + sizes.size())));
    return new Analyzer().simplify(Substitute.in(extent, sizes))
            instanceof Expr.IntImm(var _, long value)
        ? value
        : -1;
  }

  private static List<Var> axes(Site.Block block) {
    return block.block().iterVars().stream().map(IterVar::var).toList();
  }
}
