package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Makes a loop and all that is in it a block, with the block inside as its inner block; or makes
 * several blocks side by side one block.
 *
 * <p>Arguments: the loop, or the blocks in their order; {@code preserveUnitIters}: whether loops of
 * extent 1 stay in the values of axes. Gives back the outer block; the handles of the blocks inside
 * stay valid.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>of a loop: there is one block under it, and nothing else,
 *   <li>of blocks: two or more, each alone in a loop nest, the nests one after the other in the
 *       body of one loop or block; they have no init; the outer parts of their axes are the same,
 *   <li>the value of each axis is {@code outer * n + inner}, with {@code outer} a value of the
 *       loops outside and {@code inner}, in {@code [0, n)}, one of the loop and those within; or
 *       else there is no predicate and each value is one of loops outside or of loops inside only,
 *   <li>each part of a predicate is about one of the two only.
 * </ol>
 *
 * <p>The init of a reduction becomes the init of the outer block.
 *
 * <pre>
 * for i_0, i_1 in T.grid(8, 16):               for i_0 in range(8):
 *     with T.block("B"):                           with T.block("B_o"):
 *         vi = T.axis.S(128, i_0 * 16 + i_1)           vi_o = T.axis.spatial(8, i_0)
 *         B[vi] = A[vi] * 2.0             →            for i_1 in range(16):
 *                                                          with T.block("B"):
 *                                                              vi_i = T.axis.spatial(16, i_1)
 *                                                              B[vi_o * 16 + vi_i] = …
 * </pre>
 */
public final class Blockize {
  private static final String NAME = "blockize";

  private Blockize() {}

  /** Makes a loop a block; see the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, LoopRef ref, boolean preserveUnitIters) {
    return apply(NAME, state, ref, preserveUnitIters);
  }

  /** Makes a loop a block, as a part of another primitive. */
  static Applied<BlockRef> apply(
      String primitive, ScheduleState state, LoopRef ref, boolean preserveUnitIters) {
    Site.Loop loop = state.loop(ref);
    Site.Block site = onlyBlock(primitive, state, loop);
    new Conditions(primitive, state).scope(site);
    List<Site.Loop> around = site.loopsAround();
    List<Site.Loop> inside = around.subList(around.indexOf(loop), around.size());
    BlockDivision division =
        new BlockDivision(primitive, state, site, inside, loop, preserveUnitIters);
    Stmt.Block outer =
        new Stmt.Block(
            site.block().name() + "_o",
            division.outerAxes(),
            division.outerReads(),
            division.outerWrites(),
            List.of(),
            List.of(),
            Map.of(),
            division.outerInit(),
            division.around(division.inner()));
    Stmt realize = new Stmt.BlockRealize(division.outerValues(), division.outerPredicate(), outer);
    ScheduleState next = state.replace(loop, realize).recheck(site.ref());
    return new Applied<>(next, Blocks.ref(next, outer));
  }

  private static Site.Block onlyBlock(String primitive, ScheduleState state, Site.Loop loop) {
    Site site = loop;
    while (site instanceof Site.Loop at) {
      if (at.children().size() != 1 || at.stmt().body() != at.children().getFirst().stmt()) {
        throw state.refuse(primitive, at + " has more than one statement", at);
      }
      site = at.children().getFirst();
    }
    return (Site.Block) site;
  }

  /** Makes blocks side by side one block; see the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, List<BlockRef> refs, boolean preserveUnitIters) {
    List<Site.Block> sites = refs.stream().map(state::block).toList();
    if (sites.size() < 2) {
      throw state.refuse(
          NAME, "two or more blocks are needed, got " + sites.size(), sites.toArray(Site[]::new));
    }
    List<Site> tops = sites.stream().map(Blockize::top).toList();
    Site parent = tops.getFirst().parent();
    if (parent == null) {
      throw state.refuse(
          NAME, "the root block has none beside it that it could be joined with", sites.getFirst());
    }
    List<Stmt> stmts = Nests.statements(CachePlace.body(parent));
    int first = stmts.indexOf(tops.getFirst().stmt());
    for (int i = 0; i < tops.size(); i++) {
      boolean follows =
          tops.get(i).parent() == parent
              && first + i < stmts.size()
              && stmts.get(first + i) == tops.get(i).stmt();
      if (first < 0 || !follows) {
        throw state.refuse(
            NAME,
            "the blocks are not alone in loop nests that follow each other in one body",
            sites.toArray(Site[]::new));
      }
    }
    List<BlockDivision> divisions = new ArrayList<>();
    List<Stmt> body = new ArrayList<>();
    for (Site.Block site : sites) {
      BlockDivision division =
          new BlockDivision(NAME, state, site, inside(site, parent), parent, preserveUnitIters);
      for (Site.Loop loop : site.loopsAround()) {
        if (Vars.in(site.block()).contains(loop.stmt().var())) {
          throw division.refuse("it uses " + loop + " itself, not through an axis");
        }
      }
      if (site.block().init() != null) {
        throw division.refuse("it has an init, which would have to go before all of them");
      }
      divisions.add(division);
      body.add(division.around(division.inner()));
    }
    BlockDivision shape = divisions.getFirst();
    List<BufferRegion> reads = new ArrayList<>();
    List<BufferRegion> writes = new ArrayList<>();
    for (int i = 0; i < divisions.size(); i++) {
      Map<Var, Var> axes = sameOuter(shape, divisions.get(i), state.analyzer(parent));
      body.set(i, Substitute.in(body.get(i), axes));
      divisions.get(i).outerReads().forEach(read -> reads.add(Substitute.in(read, axes)));
      divisions.get(i).outerWrites().forEach(write -> writes.add(Substitute.in(write, axes)));
    }
    Stmt.Block outer =
        new Stmt.Block(
            sites.stream().map(Site::name).collect(Collectors.joining("_", "outer_", "_")),
            shape.outerAxes(),
            united(reads, state.analyzer(parent)),
            united(writes, state.analyzer(parent)),
            List.of(),
            List.of(),
            Map.of(),
            null,
            Stmt.seq(body));
    List<Stmt> rest = new ArrayList<>(stmts);
    rest.subList(first, first + tops.size()).clear();
    Stmt realize = new Stmt.BlockRealize(shape.outerValues(), shape.outerPredicate(), outer);
    Stmt changed = Stmt.seq(Nests.inserted(rest, first, realize));
    ScheduleState next = state.replace(parent, withBody(parent, changed));
    for (Site.Block site : sites) {
      next = next.recheck(site.ref());
    }
    return new Applied<>(next, Blocks.ref(next, outer));
  }

  private static Stmt withBody(Site site, Stmt body) {
    return switch (site) {
      case Site.Loop loop -> loop.stmt().withBody(body);
      case Site.Block block -> block.stmt().withBlock(block.block().withBody(body));
    };
  }

  /** The outermost loop that holds the block alone, or the block. */
  private static Site top(Site.Block site) {
    Site top = site;
    while (top.parent() instanceof Site.Loop loop && loop.stmt().body() == top.stmt()) {
      top = loop;
    }
    return top;
  }

  private static List<Site.Loop> inside(Site.Block site, Site parent) {
    return site.loopsAround().stream().filter(l -> l != parent && parent.contains(l)).toList();
  }

  /** The outer axes of a block that are those of another one, as these. */
  private static Map<Var, Var> sameOuter(
      BlockDivision shape, BlockDivision division, Analyzer analyzer) {
    List<IterVar> axes = division.outerAxes();
    if (axes.size() > shape.outerAxes().size()) {
      throw division.refuse("it has more axes than the first block");
    }
    if (!analyzer.proveEqual(division.outerPredicate(), shape.outerPredicate())) {
      throw division.refuse("its predicate outside is not that of the first block");
    }
    Map<Var, Var> same = new HashMap<>();
    for (int i = 0; i < axes.size(); i++) {
      IterVar axis = axes.get(i);
      IterVar first = shape.outerAxes().get(i);
      boolean equal =
          analyzer.proveEqual(axis.dom().min(), first.dom().min())
              && analyzer.proveEqual(axis.dom().extent(), first.dom().extent())
              && analyzer.proveEqual(division.outerValues().get(i), shape.outerValues().get(i))
              && (axis.kind() == first.kind() || axis.dom().extent().isConst(1));
      if (!equal) {
        throw division.refuse(
            "the outer part of axis " + i + " is not the same as that of the first block");
      }
      same.put(axis.var(), first.var());
    }
    return same;
  }

  /** One region a buffer, the smallest that holds all given ones; the last buffer first. */
  private static List<BufferRegion> united(List<BufferRegion> regions, Analyzer analyzer) {
    Map<Buffer, BufferRegion> result = new LinkedHashMap<>();
    for (BufferRegion region : regions) {
      result.merge(region.buffer(), region, (a, b) -> union(a, b, analyzer));
    }
    return List.copyOf(result.values()).reversed();
  }

  private static BufferRegion union(BufferRegion a, BufferRegion b, Analyzer analyzer) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < a.region().size(); i++) {
      Range whole = Range.upTo(a.buffer().shape().get(i));
      Interval both = Regions.union(interval(a, i), interval(b, i), analyzer);
      ranges.add(Regions.range(both, whole, analyzer));
    }
    return new BufferRegion(a.buffer(), ranges);
  }

  private static Interval interval(BufferRegion region, int dimension) {
    Range range = region.region().get(dimension);
    return new Interval(range.min(), Expr.sub(Expr.add(range.min(), range.extent()), 1));
  }
}
