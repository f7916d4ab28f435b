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
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the range of a loop into consecutive parts, each a loop of its own.
 *
 * <p>Arguments: the loop; how many iterations each part has, of which at most one is null, to be
 * worked out; where none is null, one more part has the iterations that are left. Gives back the
 * loops, in order. Each is in an opaque block of its own, all of these in one. The blocks under the
 * loop are copied; handles on them are gone.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the loop has no annotation and is bound to no thread; its range is constant and starts at
 *       0,
 *   <li>at most one number is null, the others are positive,
 *   <li>the sum of the numbers is less than the loop's extent,
 *   <li>there is one block under the loop, and nothing else,
 *   <li>no reduction axis with an init depends on the loop: each part would begin anew.
 * </ol>
 *
 * <pre>
 * for i in range(128):                 with T.block("B_i_common"):
 *     with T.block("B"):                   with T.block("B_i0_partition"):
 *         vi = T.axis.S(128, i)                for i0 in range(2):
 *         B[vi] = A[vi] * 2.0                      with T.block("B_i0"):
 *                                   →                  vi = T.axis.spatial(2, i0)
 *                                                      B[vi] = A[vi] * 2.0
 *                                          with T.block("B_i1_partition"):
 *                                              for i1 in range(2, 128): …
 * </pre>
 */
public final class LoopPartition {
  private static final String NAME = "loopPartition";

  private LoopPartition() {}

  /** See the class. */
  public static Applied<List<LoopRef>> apply(
      ScheduleState state, LoopRef ref, List<? extends @Nullable Long> factors) {
    Site.Loop site = state.loop(ref);
    Stmt.For loop = site.stmt();
    Conditions conditions = new Conditions(NAME, state);
    if (!(loop.extent() instanceof Expr.IntImm(var _, var extent))) {
      throw state.refuse(NAME, "the range of " + site + " is not constant", site);
    }
    conditions.plainLoop(site);
    List<Long> ends = ends(state, site, factors, extent);
    String name = onlyBlock(state, site).name() + "_" + loop.var().name();
    List<Var> vars = new ArrayList<>();
    List<Stmt> parts = new ArrayList<>();
    long start = 0;
    for (int i = 0; i < ends.size(); i++) {
      Var var = loop.var().renamed(loop.var().name() + i);
      Range range =
          new Range(Expr.imm(var.dtype(), start), Expr.imm(var.dtype(), ends.get(i) - start));
      Stmt body = new FreshCopy(null).stmt(Substitute.in(loop.body(), Map.of(loop.var(), var)));
      Stmt part =
          new Stmt.For(
              var,
              range.min(),
              range.extent(),
              ForKind.SERIAL,
              null,
              Map.of(),
              new Part(var, range, state, site).stmt(body));
      vars.add(var);
      parts.add(opaque(name + i + "_partition", part));
      start = ends.get(i);
    }
    ScheduleState next = state.replace(site, opaque(name + "_common", Stmt.seq(parts)));
    return new Applied<>(next, vars.stream().map(next::loopOf).toList());
  }

  private static List<Long> ends(
      ScheduleState state, Site.Loop site, List<? extends @Nullable Long> factors, long extent) {
    long sum = 0;
    int missing = 0;
    for (Long factor : factors) {
      if (factor == null) {
        missing++;
      } else if (factor <= 0) {
        throw state.refuse(NAME, "part of " + factor + " iterations is not positive", site);
      } else {
        sum += factor;
      }
    }
    if (missing > 1) {
      throw state.refuse(NAME, "more than one part is left to be worked out", site);
    }
    if (sum >= extent) {
      throw state.refuse(
          NAME, "the parts have " + sum + " iterations, " + site + " has " + extent, site);
    }
    List<Long> ends = new ArrayList<>();
    long end = 0;
    for (Long factor : factors) {
      end += factor == null ? extent - sum : factor;
      ends.add(end);
    }
    if (missing == 0) {
      ends.add(extent);
    }
    return ends;
  }

  private static Site.Block onlyBlock(ScheduleState state, Site.Loop loop) {
    Site site = loop;
    while (site instanceof Site.Loop at) {
      if (at.children().size() != 1 || at.stmt().body() != at.children().getFirst().stmt()) {
        throw state.refuse(NAME, at + " has more than one statement", at);
      }
      site = at.children().getFirst();
    }
    return (Site.Block) site;
  }

  private static Stmt opaque(String name, Stmt body) {
    Stmt.Block block =
        new Stmt.Block(
            name, List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(), null, body);
    return new Stmt.BlockRealize(List.of(), Expr.bool(true), block);
  }

  /** Gives the blocks of one part the loop's new range, and their names the new variable's. */
  private static final class Part extends IrRewriter {
    private final Var var;
    private final Range range;
    private final ScheduleState state;
    private final Site.Loop site;

    Part(Var var, Range range, ScheduleState state, Site.Loop site) {
      this.var = var;
      this.range = range;
      this.state = state;
      this.site = site;
    }

    @Override
    public Stmt stmt(Stmt node) {
      Stmt mapped = super.stmt(node);
      return mapped instanceof Stmt.BlockRealize realize
          ? realize.withBlock(block(beginsOnce(realize), realize.iterValues().indexOf(var)))
          : mapped;
    }

    private Stmt.Block beginsOnce(Stmt.BlockRealize realize) {
      Stmt.Block block = realize.block();
      for (int i = 0; i < block.iterVars().size(); i++) {
        if (block.init() != null
            && block.iterVars().get(i).kind() == IterVar.Kind.REDUCE
            && Vars.uses(realize.iterValues().get(i), var)) {
          throw state.refuse(
              NAME,
              site + " carries out a reduction of block '" + block.name() + "', which has an init",
              site);
        }
      }
      return block;
    }

    private Stmt.Block block(Stmt.Block block, int axis) {
      Stmt.Block renamed =
          block
              .withName(block.name() + "_" + var.name())
              .withAnnotations(ScheduleState.userAnnotations(block));
      if (axis < 0) {
        return renamed;
      }
      IterVar cut = block.iterVars().get(axis);
      List<IterVar> axes = new ArrayList<>(block.iterVars());
      axes.set(axis, cut.withDom(range));
      Map<Var, Range> domains = new HashMap<>();
      axes.forEach(each -> domains.put(each.var(), each.dom()));
      Map<Buffer, List<Range>> regions = regions(block, domains);
      return Blocks.with(
          renamed,
          axes,
          replaced(block.reads(), regions),
          replaced(block.writes(), regions),
          block.init(),
          block.body());
    }

    /** What all instances of a part access of buffers that are indexed by axes alone. */
    private static Map<Buffer, List<Range>> regions(Stmt.Block block, Map<Var, Range> domains) {
      Map<Buffer, List<Range>> result = new LinkedHashMap<>();
      IrWalker walker =
          new IrWalker() {
            @Override
            public void expr(Expr node) {
              if (node instanceof Expr.Load(var buffer, var indices, var mask)) {
                access(buffer, indices);
              }
              super.expr(node);
            }

            @Override
            public void stmt(Stmt node) {
              if (node instanceof Stmt.Store store) {
                access(store.buffer(), store.indices());
              }
              super.stmt(node);
            }

            private void access(Buffer buffer, List<Expr> indices) {
              boolean axes =
                  indices.stream().allMatch(i -> i instanceof Var v && domains.containsKey(v));
              if (axes && !result.containsKey(buffer)) {
                result.put(
                    buffer,
                    indices.stream().map(i -> domains.getOrDefault(i, Range.point(i))).toList());
              }
            }
          };
      walker.stmt(block.body());
      return result;
    }

    private static List<BufferRegion> replaced(
        List<BufferRegion> regions, Map<Buffer, List<Range>> ranges) {
      return regions.stream()
          .map(
              region ->
                  new BufferRegion(
                      region.buffer(), ranges.getOrDefault(region.buffer(), region.region())))
          .toList();
    }
  }
}
