package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.AffineMap;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Merges loop nests that stand side by side into one, in whose iterations their bodies follow each
 * other.
 *
 * <p>Arguments: the innermost of the loops to be merged of each nest, in the order that their
 * bodies get. Gives back the innermost merged loop. The merged nest takes the place of the last
 * one.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>two or more loops, in one scope, in different statements of one body,
 *   <li>no loop of theirs, up to there, has an annotation or is bound to a thread; all start at 0;
 *       each is the only statement of the one before,
 *   <li>the nests are equally deep and have the same extents,
 *   <li>what one nest writes, another one accesses in the same iteration only, after it if it came
 *       after it before,
 *   <li>no statement between them depends on one that is moved past it.
 * </ol>
 *
 * <pre>
 * for i, j in T.grid(16, 8):                 for i_m, j_m in T.grid(16, 8):
 *     with T.block("B"):                         with T.block("B"):
 *         B[vi, vj] = A[vi, vj] * 2.0     →          B[vi, vj] = A[vi, vj] * 2.0
 * for i, j in T.grid(16, 8):                     with T.block("C"):
 *     with T.block("C"):                             C[vi, vj] = B[vi, vj] + 1.0
 *         C[vi, vj] = B[vi, vj] + 1.0
 * </pre>
 */
public final class Merge {
  private static final String NAME = "merge";

  private Merge() {}

  /** The loops of one nest, outermost first. */
  private record Nest(List<Site.Loop> loops, int position) {
    Site.Loop inner() {
      return loops.getLast();
    }
  }

  /** See the class. */
  public static Applied<LoopRef> apply(ScheduleState state, List<LoopRef> refs) {
    List<Site.Loop> sites = refs.stream().map(state::loop).toList();
    if (sites.size() < 2) {
      throw state.refuse(NAME, "two or more loops are needed", sites.toArray(Site[]::new));
    }
    Site around = commonParent(state, sites);
    List<Stmt> stmts = Nests.statements(CachePlace.body(around));
    Conditions conditions = new Conditions(NAME, state);
    conditions.scope(sites.getFirst());
    List<Nest> nests = sites.stream().map(site -> nest(conditions, site, around, stmts)).toList();
    Nest first = nests.getFirst();
    sameShape(state, nests);
    List<Var> vars = new ArrayList<>();
    first.loops.forEach(
        loop -> vars.add(loop.stmt().var().renamed(loop.stmt().var().name() + "_m")));
    independent(state, around, stmts, nests, vars);
    List<Stmt> bodies = new ArrayList<>();
    for (Nest nest : nests) {
      bodies.add(Substitute.in(nest.inner().stmt().body(), merged(nest, vars)));
    }
    List<Expr> extents = first.loops.stream().map(loop -> loop.stmt().extent()).toList();
    Stmt merged = Nests.around(vars, extents, Stmt.seq(bodies));
    List<Stmt> kept = new ArrayList<>();
    int last = nests.getLast().position;
    for (int i = 0; i < stmts.size(); i++) {
      int at = i;
      if (i == last) {
        kept.add(merged);
      } else if (nests.stream().noneMatch(nest -> nest.position == at)) {
        kept.add(stmts.get(i));
      }
    }
    ScheduleState next = state.replace(around, withBody(around, Stmt.seq(kept)));
    return new Applied<>(next, next.loopOf(vars.getLast()));
  }

  private static Stmt withBody(Site site, Stmt body) {
    return switch (site) {
      case Site.Loop loop -> loop.stmt().withBody(body);
      case Site.Block block -> block.stmt().withBlock(block.block().withBody(body));
    };
  }

  private static Map<Var, Var> merged(Nest nest, List<Var> vars) {
    Map<Var, Var> result = new HashMap<>();
    for (int i = 0; i < vars.size(); i++) {
      result.put(nest.loops.get(i).stmt().var(), vars.get(i));
    }
    return result;
  }

  /** The innermost loop or block that holds all the loops. */
  private static Site commonParent(ScheduleState state, List<Site.Loop> sites) {
    Site.Loop first = sites.getFirst();
    for (Site.Loop site : sites) {
      if (site.scope() != first.scope()) {
        throw state.refuse(NAME, site + " and " + first + " are in different scopes", site, first);
      }
    }
    Site around = first.parent();
    while (around != null) {
      Site candidate = around;
      if (sites.stream().allMatch(site -> candidate != site && candidate.contains(site))) {
        return candidate;
      }
      around = around.parent();
    }
    throw new IllegalStateException("the scope of " + first + " holds all loops of it");
  }

  private static Nest nest(Conditions conditions, Site.Loop inner, Site around, List<Stmt> stmts) {
    List<Site.Loop> loops = new ArrayList<>();
    for (Site site = inner;
        site instanceof Site.Loop loop && site != around;
        site = site.parent()) {
      loops.addFirst(loop);
    }
    ScheduleState state = conditions.state();
    for (int i = 0; i < loops.size(); i++) {
      conditions.plainLoop(loops.get(i));
      if (i > 0 && loops.get(i - 1).stmt().body() != loops.get(i).stmt()) {
        throw state.refuse(
            NAME,
            loops.get(i) + " is not the only statement of " + loops.get(i - 1),
            loops.get(i - 1),
            loops.get(i));
      }
    }
    int position = stmts.indexOf(loops.getFirst().stmt());
    if (position < 0) {
      throw state.refuse(
          NAME,
          loops.getFirst() + " is in " + around + " under another statement",
          loops.getFirst());
    }
    return new Nest(loops, position);
  }

  private static void sameShape(ScheduleState state, List<Nest> nests) {
    Nest first = nests.getFirst();
    Set<Integer> positions = new LinkedHashSet<>();
    for (Nest nest : nests) {
      if (!positions.add(nest.position)) {
        throw state.refuse(NAME, nest.inner() + " is in the nest of another loop", nest.inner());
      }
      if (nest.loops.size() != first.loops.size()) {
        throw state.refuse(
            NAME,
            "the nest of "
                + nest.inner()
                + " is "
                + nest.loops.size()
                + " loops deep, that of "
                + first.inner()
                + " "
                + first.loops.size(),
            nest.inner(),
            first.inner());
      }
      for (int i = 0; i < nest.loops.size(); i++) {
        Site.Loop a = nest.loops.get(i);
        Site.Loop b = first.loops.get(i);
        if (!state.analyzer(b).proveEqual(a.stmt().extent(), b.stmt().extent())) {
          throw state.refuse(NAME, a + " and " + b + " have different extents", a, b);
        }
      }
    }
  }

  // Dependencies.

  private static void independent(
      ScheduleState state, Site around, List<Stmt> stmts, List<Nest> nests, List<Var> vars) {
    Map<Stmt, Site> children = new HashMap<>();
    around.children().forEach(child -> children.put(child.stmt(), child));
    for (int i = 0; i < nests.size(); i++) {
      Nest nest = nests.get(i);
      int last = nests.getLast().position;
      for (int at = Math.min(nest.position, last) + 1; at < Math.max(nest.position, last); at++) {
        int position = at;
        Site between = children.get(stmts.get(at));
        boolean isNest = nests.stream().anyMatch(other -> other.position == position);
        if (!isNest && (between == null || !shared(nest.loops.getFirst(), between).isEmpty())) {
          throw state.refuse(
              NAME,
              named(nest.loops.getFirst())
                  + " can't be moved past "
                  + (between == null ? "a statement that is no loop or block" : named(between))
                  + ", which depends on it",
              between == null
                  ? new Site[] {nest.loops.getFirst()}
                  : new Site[] {nest.loops.getFirst(), between});
        }
      }
      for (Nest later : nests.subList(i + 1, nests.size())) {
        for (Buffer buffer : shared(nest.inner(), later.inner())) {
          boolean inOrder = nest.position < later.position;
          if (!inOrder || !apart(state, nest, later, buffer, vars)) {
            throw state.refuse(
                NAME,
                named(later.inner())
                    + " accesses '"
                    + buffer.name()
                    + "' in other iterations, or in another order, than "
                    + named(nest.inner()),
                nest.inner(),
                later.inner());
          }
        }
      }
    }
  }

  /** Loops side by side often have the same name. */
  private static String named(Site site) {
    return site instanceof Site.Loop && !site.childBlocks().isEmpty()
        ? site + " of " + site.childBlocks().getFirst()
        : site.toString();
  }

  /** The buffers that one of two sites writes and the other one accesses. */
  private static Set<Buffer> shared(Site a, Site b) {
    Set<Buffer> result = new LinkedHashSet<>(accessed(a, true));
    result.retainAll(union(b));
    Set<Buffer> other = new LinkedHashSet<>(accessed(b, true));
    other.retainAll(union(a));
    result.addAll(other);
    return result;
  }

  private static Set<Buffer> union(Site site) {
    Set<Buffer> all = new LinkedHashSet<>(accessed(site, true));
    all.addAll(accessed(site, false));
    return all;
  }

  private static Set<Buffer> accessed(Site site, boolean writes) {
    Set<Buffer> result = new LinkedHashSet<>();
    for (Site.Block block : blocks(site)) {
      List<BufferRegion> regions = writes ? block.block().writes() : block.block().reads();
      regions.forEach(region -> result.add(region.buffer()));
    }
    return result;
  }

  private static List<Site.Block> blocks(Site site) {
    return site instanceof Site.Block block ? List.of(block) : site.childBlocks();
  }

  /** Whether different merged iterations of both nests access different parts of a buffer. */
  private static boolean apart(ScheduleState state, Nest a, Nest b, Buffer buffer, List<Var> vars) {
    Analyzer analyzer = state.analyzer(a.loops.getFirst());
    Map<Var, Range> ranges = new LinkedHashMap<>();
    for (int i = 0; i < vars.size(); i++) {
      Stmt.For loop = a.loops.get(i).stmt();
      ranges.put(vars.get(i), new Range(loop.min(), loop.extent()));
    }
    ranges.forEach(analyzer::bind);
    List<List<Interval>> boxes = new ArrayList<>();
    for (Nest nest : List.of(a, b)) {
      Map<Var, Var> renamed = merged(nest, vars);
      for (Site.Block block : nest.inner().childBlocks()) {
        for (List<BufferRegion> regions : List.of(block.block().reads(), block.block().writes())) {
          BufferRegion region = Conditions.regionOf(regions, buffer);
          if (region != null) {
            boxes.add(box(state, nest, block, region, renamed, analyzer));
          }
        }
      }
    }
    List<Interval> all = Regions.union(boxes, analyzer);
    List<Expr> starts = new ArrayList<>();
    List<Expr> sizes = new ArrayList<>();
    for (Interval interval : all) {
      if (interval.min() == null || interval.max() == null) {
        continue;
      }
      Expr size = analyzer.simplify(Expr.add(Expr.sub(interval.max(), interval.min()), 1));
      if (Vars.usesAny(interval.min(), vars) && !Vars.usesAny(size, vars)) {
        starts.add(interval.min());
        sizes.add(size);
      }
    }
    AffineMap map =
        AffineMap.detect(starts, ranges, Expr.bool(true), AffineMap.Level.BIJECTIVE, analyzer);
    if (map == null) {
      return ranges.values().stream().allMatch(range -> range.extent().isConst(1));
    }
    for (int i = 0; i < starts.size(); i++) {
      AffineMap.Sum sum = map.indices().get(i);
      boolean wide =
          sum.digits().isEmpty()
              || analyzer.prove(Expr.ge(sum.digits().getFirst().scale(), sizes.get(i)));
      if (!wide) {
        return false;
      }
    }
    return true;
  }

  private static List<Interval> box(
      ScheduleState state,
      Nest nest,
      Site.Block block,
      BufferRegion region,
      Map<Var, Var> renamed,
      Analyzer analyzer) {
    Analyzer own = state.analyzer(block);
    List<Range> ranges =
        Regions.ranges(
            Regions.upperBound(
                Regions.bound(block, region),
                Regions.domain(block.parent(), nest.inner(), Scope.GLOBAL),
                block.stmt().predicate(),
                own),
            region.buffer(),
            own);
    return ranges.stream()
        .map(
            range -> {
              Expr min = Substitute.in(range.min(), renamed);
              Expr extent = Substitute.in(range.extent(), renamed);
              return new Interval(
                  analyzer.simplify(min), analyzer.simplify(Expr.sub(Expr.add(min, extent), 1)));
            })
        .toList();
  }
}
