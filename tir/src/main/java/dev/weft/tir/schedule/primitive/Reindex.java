package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has a block access a buffer through a copy whose dimensions are the block's axes.
 *
 * <p>Arguments: the block; which of its reads or writes. Gives back the copying block.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>all accesses of the buffer in the block are plain loads and stores with the same indices,
 *   <li>the loops around the block hold nothing else between them,
 *   <li>the block's axes take all of their values (of a block that reads it is enough that all
 *       values are in bounds),
 *   <li>no loop around the block decides how many values an axis in the indices has,
 *   <li>no loop is around both the block and another that hands the buffer on to it or from it,
 *   <li>a block that writes through the copy does not begin with what was in the buffer before.
 * </ol>
 *
 * <pre>
 *                                          for ax0, ax1 in T.grid(128, 3):
 *                                              with T.block("A_reindex"):
 * for i, j in T.grid(128, 3):                      A_reindex[v0, v1] = A[v0 + v1]
 *     with T.block("B"):             →     for i, j in T.grid(128, 3):
 *         B[vi, vj] = A[vi + vj]               with T.block("B"):
 *                                                  B[vi, vj] = A_reindex[vi, vj]
 * </pre>
 */
public final class Reindex {
  private static final String NAME = "reindex";

  private Reindex() {}

  /** See the class. */
  public static Applied<BlockRef> apply(
      ScheduleState state, BlockRef ref, int index, boolean write) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, index, write);
    Site.Block scope = conditions.stagePipeline(site);
    BlockScope blocks = state.scope(scope);
    if (write) {
      conditions.ownInit(site, buffer);
    } else if (blocks.writers(buffer).contains(site)) {
      throw state.refuse(NAME, site + " writes '" + buffer.name() + "' too", site);
    }
    checkChain(state, site);
    Analyzer analyzer = state.analyzer(site);
    site.block().iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    List<Expr> indices =
        indices(conditions, site, buffer).stream().map(e -> simplified(e, analyzer)).toList();
    if (!write) {
      conditions.inBounds(site, buffer, indices);
    }
    checkWhole(state, site, buffer, indices, write, analyzer);
    conditions.indicesAreGiven(site, indices, blocks);
    List<IterVar> covered =
        site.block().iterVars().stream()
            .filter(axis -> indices.stream().anyMatch(e -> Vars.uses(e, axis.var())))
            .toList();
    conditions.domainsAreGiven(site, covered);
    Buffer copy =
        buffer
            .withShape(covered.stream().map(axis -> end(axis, analyzer)).toList(), List.of())
            .inScope(buffer.scope(), buffer.name() + "_reindex");
    Stmt stage = stage(buffer, copy, covered, indices, write);
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    redirected.put(site.stmt(), redirect(site.stmt(), buffer, copy, covered));
    ScheduleState next =
        state.replace(
            scope,
            place(conditions, site, scope, buffer, blocks, write)
                .insert(scope, stage, copy, redirected));
    BlockRef made = Blocks.within(next, stage);
    return new Applied<>(next.covered(made), made);
  }

  /** Simplified, except that an axis of one value stays an axis. */
  private static Expr simplified(Expr index, Analyzer analyzer) {
    Expr simple = analyzer.simplify(index);
    return simple instanceof Expr.IntImm ? index : simple;
  }

  private static void checkChain(ScheduleState state, Site.Block site) {
    List<Site.Loop> loops = site.loopsAround();
    for (int i = 0; i + 1 < loops.size(); i++) {
      if (loops.get(i).stmt().body() != loops.get(i + 1).stmt()) {
        throw state.refuse(
            NAME, loops.get(i) + " holds more than " + loops.get(i + 1), loops.get(i), site);
      }
    }
  }

  /**
   * The stage copies for all values of the axes. So a block that writes must be there for all of
   * them, and what one reads must exist for all of them.
   */
  private static void checkWhole(
      ScheduleState state,
      Site.Block site,
      Buffer buffer,
      List<Expr> indices,
      boolean write,
      Analyzer analyzer) {
    List<Var> axes = Blocks.vars(site.block().iterVars());
    for (Expr index : indices) {
      if (!axes.containsAll(Vars.in(index).stream().filter(v -> isInner(site, v)).toList())) {
        throw state.refuse(
            NAME, "the indices of '" + buffer.name() + "' are not made of axes only", site);
      }
    }
    boolean inBounds = inBounds(buffer, indices, analyzer);
    boolean conditional =
        write
            ? ConditionalAccess.ofStores(buffer, site.block().body())
            : !inBounds && ConditionalAccess.of(buffer, site.block().body());
    if (conditional) {
      throw state.refuse(
          NAME, site + " accesses '" + buffer.name() + "' under a condition only", site);
    }
    boolean given = state.function(site).paramBuffers().contains(buffer);
    if (!write && inBounds && given) {
      return;
    }
    if (site.scope() != null) {
      new Conditions(NAME, state).thereAlways(site, site.scope());
    }
    Analyzer around = state.analyzer(site);
    for (int i = 0; i < axes.size(); i++) {
      if (!Regions.reachesAll(site, i, around)) {
        throw state.refuse(
            NAME,
            "axis '"
                + axes.get(i).name()
                + "' of "
                + site
                + " is not known to take all of its values",
            site);
      }
    }
  }

  /** Whether a variable belongs to a loop within the block. */
  private static boolean isInner(Site.Block site, Var var) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |= node instanceof Stmt.For loop && loop.var() == var;
        super.stmt(node);
      }
    }.stmt(site.block().body());
    return found[0];
  }

  private static boolean inBounds(Buffer buffer, List<Expr> indices, Analyzer analyzer) {
    for (int i = 0; i < indices.size(); i++) {
      Expr index = indices.get(i);
      boolean within =
          analyzer.prove(Expr.ge(index, Expr.imm(index.dtype(), 0)))
              && analyzer.prove(Expr.lt(index, buffer.shape().get(i)));
      if (!within) {
        return false;
      }
    }
    return true;
  }

  private static CachePlace place(
      Conditions conditions,
      Site.Block site,
      Site.Block scope,
      Buffer buffer,
      BlockScope blocks,
      boolean write) {
    Site top = site;
    while (top.parent() != scope && top.parent() != null) {
      top = top.parent();
    }
    for (Site.Block other : write ? blocks.readers(buffer) : blocks.writers(buffer)) {
      if (other != site && top.contains(other)) {
        throw conditions
            .state()
            .refuse(
                NAME,
                site + " and " + other + " hand '" + buffer.name() + "' on within a loop",
                site,
                other);
      }
    }
    return write ? CachePlace.behind(scope, top) : CachePlace.before(scope, top);
  }

  private static List<Expr> indices(Conditions conditions, Site.Block site, Buffer buffer) {
    Set<List<Expr>> found = new LinkedHashSet<>();
    boolean[] opaque = {false};
    IrWalker walker =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            if (node instanceof Expr.Load load && load.buffer() == buffer) {
              found.add(load.indices());
            }
            opaque[0] |= node == buffer.data();
            super.expr(node);
          }

          @Override
          public void stmt(Stmt node) {
            if (node instanceof Stmt.Store store && store.buffer() == buffer) {
              found.add(store.indices());
            }
            opaque[0] |= node instanceof Stmt.Block;
            super.stmt(node);
          }
        };
    walker.stmt(site.block().body());
    Stmt init = site.block().init();
    if (init != null) {
      walker.stmt(init);
    }
    if (opaque[0] || found.size() != 1) {
      throw conditions
          .state()
          .refuse(
              NAME,
              "'"
                  + buffer.name()
                  + "' must be accessed in "
                  + site
                  + " by loads and stores that all have the same indices",
              site);
    }
    return found.iterator().next();
  }

  /** One more than the largest value of an axis. */
  private static Expr end(IterVar axis, Analyzer analyzer) {
    return analyzer.simplify(Expr.add(axis.dom().min(), axis.dom().extent()));
  }

  private static Stmt stage(
      Buffer buffer, Buffer copy, List<IterVar> covered, List<Expr> indices, boolean write) {
    Map<Var, Expr> renamed = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    List<Var> loops = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    List<Expr> cached = new ArrayList<>();
    for (IterVar axis : covered) {
      Var var = Var.of("v" + axes.size(), axis.var().dtype());
      Var loop = Var.of("ax" + axes.size(), axis.var().dtype());
      renamed.put(axis.var(), var);
      axes.add(new IterVar(axis.dom(), var, IterVar.Kind.SPATIAL, null));
      loops.add(loop);
      values.add(loop);
      cached.add(var);
    }
    List<Expr> original = indices.stream().map(e -> Substitute.in(e, renamed)).toList();
    String name = copy.name() + "_reindex";
    Stmt.Block block =
        write
            ? Blocks.copy(copy.name(), axes, copy, cached, buffer, original)
            : Blocks.copy(name, axes, buffer, original, copy, cached);
    Stmt nest = new Stmt.BlockRealize(values, Expr.bool(true), block);
    for (int i = loops.size() - 1; i >= 0; i--) {
      Range dom = covered.get(i).dom();
      nest =
          new Stmt.For(loops.get(i), dom.min(), dom.extent(), ForKind.SERIAL, null, Map.of(), nest);
    }
    return nest;
  }

  private static Stmt redirect(Stmt stmt, Buffer buffer, Buffer copy, List<IterVar> covered) {
    List<Expr> axes = List.copyOf(Blocks.vars(covered));
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        return node instanceof Expr.Load load && load.buffer() == buffer
            ? new Expr.Load(copy, axes, load.predicate())
            : super.expr(node);
      }

      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Store store && store.buffer() == buffer) {
          return new Stmt.Store(copy, store.value(), axes, store.predicate());
        }
        return mapped instanceof Stmt.Block block
            ? block.withRegions(
                block.reads().stream().map(this::region).toList(),
                block.writes().stream().map(this::region).toList())
            : mapped;
      }

      private BufferRegion region(BufferRegion region) {
        return region.buffer() == buffer ? BufferRegion.point(copy, axes) : region;
      }
    }.stmt(stmt);
  }
}
