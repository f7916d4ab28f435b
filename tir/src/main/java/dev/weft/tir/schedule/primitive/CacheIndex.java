package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes index expressions of a block beforehand, into buffers from which the block reads them.
 *
 * <p>Arguments: the block; the memory; how often an expression must occur to be taken (larger
 * expressions first; those that occur less often are taken apart). Gives back the computing blocks,
 * one an expression, the largest first.
 *
 * <p>Taken are expressions of the values that the block stores which load nothing and are more than
 * a variable or number. As in TVM, the block's signature does not tell that it reads the new
 * buffers. Later steps don't see that dependency, so the schedule is tainted.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the number is not negative,
 *   <li>there is an expression to be taken, and it is made of axes of the block.
 * </ol>
 *
 * <pre>
 *                                                 for ax0 in range(80):
 *                                                     with T.block("index_0"):
 * for i in range(80):                                     index_var_0[v0] = v0 // 2 * 3 % 40
 *     with T.block("B"):                     →    for i in range(80):
 *         B[vi] = A[vi // 2 * 3 % 40]                 with T.block("B"):
 *                                                         B[vi] = A[index_var_0[vi]]
 * </pre>
 */
public final class CacheIndex {
  private static final String NAME = "cacheIndex";

  private CacheIndex() {}

  /** See the class. */
  public static Applied<List<BlockRef>> apply(
      ScheduleState state, BlockRef ref, Scope memory, int threshold) {
    Site.Block site = state.block(ref);
    Site.Block scope = new Conditions(NAME, state).scope(site);
    if (threshold < 0) {
      throw state.refuse(NAME, "the threshold " + threshold + " is negative", site);
    }
    List<Expr> taken = new ArrayList<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          CommonTerms.of(store, threshold).stream()
              .filter(e -> taken.stream().noneMatch(t -> CommonTerms.isSame(e, t)))
              .forEach(taken::add);
        }
        if (node == site.block() || !(node instanceof Stmt.Block)) {
          super.stmt(node);
        }
      }
    }.stmt(site.block());
    if (taken.isEmpty()) {
      throw state.refuse(NAME, site + " has no index that is computed so often", site);
    }
    taken.sort((a, b) -> Integer.compare(CommonTerms.size(b), CommonTerms.size(a)));
    Map<Expr, Expr> loads = new LinkedHashMap<>();
    List<Stmt> stages = new ArrayList<>();
    List<Buffer> buffers = new ArrayList<>();
    for (Expr e : taken) {
      Stage stage = stage(state, site, e, memory, buffers.size());
      loads.put(e, stage.load);
      stages.add(stage.nest);
      buffers.add(stage.buffer);
    }
    Site top = site;
    while (top.parent() != scope && top.parent() != null) {
      top = top.parent();
    }
    Map<Stmt, Stmt> redirected = new IdentityHashMap<>();
    redirected.put(site.stmt(), redirected(site, loads));
    Stmt changedTop = Blocks.replace(top.stmt(), redirected);
    stages.add(changedTop);
    Map<Stmt, Stmt> placed = new IdentityHashMap<>();
    placed.put(top.stmt(), Stmt.seq(stages));
    Stmt.Block around = scope.block();
    List<Buffer> allocated = new ArrayList<>(around.allocBuffers());
    allocated.addAll(buffers);
    Stmt.Block changed =
        around.withBody(Blocks.replace(around.body(), placed)).withAllocBuffers(allocated);
    ScheduleState next = state.replace(scope, scope.stmt().withBlock(changed)).taint();
    List<BlockRef> made =
        stages.subList(0, buffers.size()).stream().map(s -> Blocks.within(next, s)).toList();
    return new Applied<>(next, made);
  }

  /** A buffer of values, the nest that computes it, and how the block reads it. */
  private record Stage(Buffer buffer, Stmt nest, Expr load) {}

  private static Stage stage(
      ScheduleState state, Site.Block site, Expr e, Scope memory, int number) {
    List<IterVar> axes = site.block().iterVars();
    Map<Var, Expr> bindings = Regions.bindings(site.stmt());
    List<Var> used = List.copyOf(Vars.in(e));
    for (Var var : used) {
      if (!Blocks.vars(axes).contains(var)) {
        throw state.refuse(
            NAME, "an index of " + site + " depends on '" + var.name() + "', no axis of it", site);
      }
    }
    Map<Var, Range> around = new HashMap<>();
    for (Site.Loop loop : site.loopsAround()) {
      around.put(loop.stmt().var(), new Range(loop.stmt().min(), loop.stmt().extent()));
    }
    Analyzer analyzer = state.analyzer(site);
    Map<Var, Expr> renamed = new LinkedHashMap<>();
    List<Var> loops = new ArrayList<>();
    List<Expr> extents = new ArrayList<>();
    List<Expr> shape = new ArrayList<>();
    List<IterVar> own = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (Var var : used) {
      Expr value = Objects.requireNonNull(bindings.get(var));
      for (Var loop : Vars.in(value)) {
        Range range = around.get(loop);
        if (range != null && !renamed.containsKey(loop)) {
          Var fresh = Var.of("ax" + loops.size(), loop.dtype());
          renamed.put(loop, Expr.add(fresh, range.min()));
          loops.add(fresh);
          extents.add(range.extent());
        }
      }
      Interval reached = Regions.evaluate(Range.point(value), around, analyzer);
      Expr last = reached.max();
      if (last == null) {
        throw state.refuse(
            NAME,
            "the largest value of axis '" + var.name() + "' of " + site + " is not known",
            site);
      }
      Expr extent = analyzer.simplify(Expr.add(last, 1));
      shape.add(extent);
      Var axis = Var.of("v" + own.size(), var.dtype());
      own.add(IterVar.spatial(extent, axis));
      values.add(value);
    }
    Map<Var, Expr> inner = new HashMap<>();
    for (int i = 0; i < used.size(); i++) {
      inner.put(used.get(i), own.get(i).var());
    }
    Buffer plain = Buffer.of("index_var_" + number, e.dtype(), memory, shape);
    Buffer buffer =
        shape.size() == 1
            ? new Buffer(
                plain.data(),
                plain.dtype(),
                shape,
                List.of(Expr.imm(plain.indexType(), 1)),
                plain.elemOffset(),
                plain.name(),
                plain.alignment(),
                plain.offsetFactor(),
                List.of())
            : plain;
    List<Expr> indices = List.copyOf(Blocks.vars(own));
    Stmt.Block block =
        new Stmt.Block(
            "index_" + number,
            own,
            List.of(),
            List.of(BufferRegion.point(buffer, indices)),
            List.of(),
            List.of(),
            Map.of(),
            null,
            new Stmt.Store(buffer, Substitute.in(e, inner), indices));
    Stmt nest =
        Nests.around(
            loops,
            extents,
            new Stmt.BlockRealize(
                values.stream().map(v -> Substitute.in(v, renamed)).toList(),
                Expr.bool(true),
                block));
    return new Stage(buffer, nest, new Expr.Load(buffer, List.copyOf(used)));
  }

  private static Stmt redirected(Site.Block site, Map<Expr, Expr> loads) {
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            Expr load = load(node);
            return load == null ? super.expr(node) : load;
          }

          private @Nullable Expr load(Expr node) {
            if (!CommonTerms.isEligible(node)) {
              return null;
            }
            for (Map.Entry<Expr, Expr> entry : loads.entrySet()) {
              if (CommonTerms.isSame(node, entry.getKey())) {
                return entry.getValue();
              }
            }
            return null;
          }
        };
    Stmt.Block block = site.block();
    Stmt init = block.init() == null ? null : rewriter.stmt(block.init());
    return site.stmt().withBlock(block.with(init, rewriter.stmt(block.body())));
  }
}
