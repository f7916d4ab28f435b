package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pads a contraction (a matrix product, say) so that the extent of each axis is a multiple of a
 * number.
 *
 * <p>Arguments: the block; one number an axis, spatial and reduction, in order. What the block
 * reads is copied with zeros behind it, what it writes is cut back to the original shape.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is a complete or reduction block; where a reduction axis grows, it is a sum that
 *       begins with zero, of a product of loads (casts allowed),
 *   <li>all indices are axes of the block, those of one buffer different ones,
 *   <li>each axis is bound to a loop of its own, which starts at 0 and holds nothing else,
 *   <li>there is one positive number an axis.
 * </ol>
 *
 * <pre>
 *                                           A_pad[v0, v1] = T.if_then_else(v0 &lt; 127, A[v0, v1], 0)
 * for i, j, k in T.grid(127, 64, 32):       for i, j, k in T.grid(128, 64, 32):
 *     with T.block("C"):               →        with T.block("C"):
 *         C[vi, vj] += A[vi, vk] * …                C_pad[vi, vj] += A_pad[vi, vk] * …
 *                                           C[v0, v1] = C_pad[v0, v1]
 * </pre>
 */
public final class PadEinsum {
  private static final String NAME = "padEinsum";

  private PadEinsum() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref, List<Integer> padding) {
    Site.Block site = state.block(ref);
    return new Padding(state, site).apply(padding);
  }

  /** One contraction being padded. */
  private static final class Padding {
    private final ScheduleState state;
    private final Site.Block site;
    private final Stmt.Block block;
    private final Analyzer analyzer;
    private final Map<Var, Expr> padded = new HashMap<>();
    private final Map<Var, Expr> extents = new HashMap<>();
    private final List<Buffer> made = new ArrayList<>();

    Padding(ScheduleState state, Site.Block site) {
      this.state = state;
      this.site = site;
      this.block = site.block();
      this.analyzer = state.analyzer(site);
    }

    ScheduleState apply(List<Integer> padding) {
      Conditions conditions = new Conditions(NAME, state);
      Site.Block scope = conditions.stagePipeline(site);
      conditions.completeOrReduction(site);
      List<IterVar> axes = block.iterVars();
      if (padding.size() != axes.size() || padding.stream().anyMatch(p -> p <= 0)) {
        throw state.refuse(
            NAME, padding + " is not one positive number for each axis of " + site, site);
      }
      for (int i = 0; i < axes.size(); i++) {
        Expr extent = axes.get(i).dom().extent();
        Expr by = Expr.imm(extent.dtype(), padding.get(i));
        extents.put(axes.get(i).var(), extent);
        padded.put(axes.get(i).var(), analyzer.simplify(Expr.mul(Expr.ceilDiv(extent, by), by)));
      }
      if (!(block.body() instanceof Stmt.Store store) || !isEinsum(store)) {
        throw state.refuse(NAME, site + " is not a contraction", site);
      }
      Stmt nest = paddedNest();
      Map<Buffer, Buffer> buffers = new HashMap<>();
      List<Stmt> stmts = new ArrayList<>();
      for (BufferRegion read : block.reads()) {
        Stmt copy = inputCopy(read, buffers);
        if (copy != null) {
          stmts.add(copy);
        }
      }
      BufferRegion write = block.writes().getFirst();
      Stmt copyBack = outputCopy(write, buffers);
      stmts.add(redirected(nest, buffers));
      if (copyBack != null) {
        stmts.add(copyBack);
      }
      List<Site.Loop> loops = site.loopsAround();
      Stmt old = loops.isEmpty() ? site.stmt() : loops.getFirst().stmt();
      Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
      replaced.put(old, Stmt.seq(stmts));
      Stmt.Block around = scope.block();
      List<Buffer> allocated = new ArrayList<>(around.allocBuffers());
      allocated.addAll(made);
      Stmt.Block changed =
          around.withBody(Blocks.replace(around.body(), replaced)).withAllocBuffers(allocated);
      return state.replace(scope, scope.stmt().withBlock(changed)).recheckAffine(site.ref());
    }

    private boolean isEinsum(Stmt.Store store) {
      if (block.writes().size() != 1 || !areAxes(store.indices()) || !readsByAxes(store)) {
        return false;
      }
      boolean reductionGrows =
          block.iterVars().stream()
              .anyMatch(axis -> axis.kind() == IterVar.Kind.REDUCE && grows(axis.var()));
      if (!reductionGrows) {
        return true;
      }
      Combiner combiner = Combiner.of(block);
      return combiner != null
          && combiner.operation() == Combiner.Operation.SUM
          && isProduct(combiner.terms().getFirst());
    }

    private boolean grows(Var axis) {
      Expr before = extents.get(axis);
      Expr after = padded.get(axis);
      return before != null && after != null && !analyzer.proveEqual(before, after);
    }

    /** Loads at axes only, and nothing that could fail on a padding of zeros. */
    private boolean readsByAxes(Stmt.Store store) {
      boolean[] plain = {true};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          plain[0] &= !(node instanceof Expr.Load load) || areAxes(load.indices());
          if (node instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && a.dtype().isInt()) {
            plain[0] &=
                switch (op) {
                  case DIV, MOD, FLOOR_DIV, FLOOR_MOD -> b instanceof Expr.IntImm;
                  case ADD, SUB, MUL, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> true;
                };
          }
          super.expr(node);
        }
      }.stmt(store);
      return plain[0];
    }

    /** Zero in any factor makes zero, so that padding changes no sum. */
    private boolean isProduct(Expr e) {
      return switch (e) {
        case Expr.Load load -> areAxes(load.indices());
        case Expr.Cast cast -> isProduct(cast.value());
        case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
            op == BinaryOp.MUL && isProduct(a) && isProduct(b);
        default -> false;
      };
    }

    private boolean areAxes(List<Expr> indices) {
      List<Var> axes = Blocks.vars(block.iterVars());
      return indices.stream().allMatch(axes::contains)
          && indices.stream().distinct().count() == indices.size();
    }

    private Stmt paddedNest() {
      Stmt inner = site.stmt();
      List<Site.Loop> loops = site.loopsAround();
      List<IterVar> axes = new ArrayList<>();
      for (IterVar axis : block.iterVars()) {
        Expr extent = padded.get(axis.var());
        axes.add(extent == null ? axis : axis.withDom(new Range(axis.dom().min(), extent)));
      }
      Stmt.Block changed =
          Blocks.with(block, axes, block.reads(), block.writes(), block.init(), block.body());
      Stmt nest = site.stmt().withBlock(changed);
      if (!site.stmt().predicate().isConst(1)) {
        throw state.refuse(NAME, site + " has a predicate", site);
      }
      for (Site.Loop loop : loops.reversed()) {
        Stmt.For stmt = loop.stmt();
        if (stmt.body() != inner || !stmt.min().isConst(0)) {
          throw state.refuse(
              NAME, loop + " does not start at 0 or holds more than " + site, loop, site);
        }
        int position = site.stmt().iterValues().indexOf(stmt.var());
        Expr extent =
            position < 0 ? stmt.extent() : padded.get(block.iterVars().get(position).var());
        nest =
            new Stmt.For(
                stmt.var(),
                stmt.min(),
                Expr.cast(stmt.var().dtype(), extent == null ? stmt.extent() : extent),
                stmt.kind(),
                stmt.thread(),
                stmt.annotations(),
                nest);
        inner = stmt;
      }
      List<Var> loopVars = loops.stream().map(loop -> loop.stmt().var()).toList();
      boolean trivial =
          site.stmt().iterValues().stream().allMatch(loopVars::contains)
              && site.stmt().iterValues().stream().distinct().count() == axes.size();
      if (!trivial) {
        throw state.refuse(NAME, "the axes of " + site + " are not just its loops", site);
      }
      return nest;
    }

    private List<Expr> indices(BufferRegion region) {
      return region.region().stream().map(Range::min).toList();
    }

    private @Nullable Buffer copyOf(BufferRegion region) {
      List<Expr> shape = new ArrayList<>();
      boolean same = true;
      List<Expr> indices = indices(region);
      for (int i = 0; i < indices.size(); i++) {
        Expr extent = padded.get(indices.get(i));
        Expr dim = region.buffer().shape().get(i);
        boolean grows =
            extent != null
                && !analyzer.proveEqual(extent, extents.getOrDefault(indices.get(i), extent));
        shape.add(grows ? extent : dim);
        same &= !grows;
      }
      if (same) {
        return null;
      }
      Buffer buffer = region.buffer();
      Buffer copy =
          buffer.withShape(shape, List.of()).inScope(buffer.scope(), buffer.name() + "_pad");
      made.add(copy);
      return copy;
    }

    private @Nullable Stmt inputCopy(BufferRegion read, Map<Buffer, Buffer> buffers) {
      Buffer copy = copyOf(read);
      if (copy == null) {
        return null;
      }
      buffers.put(read.buffer(), copy);
      List<IterVar> axes = axes(copy.shape());
      List<Expr> vars = List.copyOf(Blocks.vars(axes));
      List<Expr> inside = new ArrayList<>();
      for (int i = 0; i < vars.size(); i++) {
        Expr dim = read.buffer().shape().get(i);
        if (!analyzer.proveEqual(dim, copy.shape().get(i))) {
          inside.add(Expr.lt(vars.get(i), dim));
        }
      }
      Expr value =
          Expr.Call.of(
              copy.dtype(),
              Intrinsic.IF_THEN_ELSE,
              inside.stream().reduce(Expr::and).orElse(Expr.bool(true)),
              new Expr.Load(read.buffer(), vars),
              Expr.imm(copy.dtype(), 0));
      Stmt.Block stage =
          new Stmt.Block(
              copy.name(),
              axes,
              List.of(BufferRegion.point(read.buffer(), vars)),
              List.of(BufferRegion.point(copy, vars)),
              List.of(),
              List.of(),
              Map.of(),
              null,
              new Stmt.Store(copy, value, vars));
      return nest(copy.shape(), stage);
    }

    private @Nullable Stmt outputCopy(BufferRegion write, Map<Buffer, Buffer> buffers) {
      Buffer copy = copyOf(write);
      if (copy == null) {
        return null;
      }
      buffers.put(write.buffer(), copy);
      List<Expr> shape = write.buffer().shape();
      List<IterVar> axes = axes(shape);
      List<Expr> vars = List.copyOf(Blocks.vars(axes));
      return nest(shape, Blocks.copy(copy.name(), axes, copy, vars, write.buffer(), vars));
    }

    private static List<IterVar> axes(List<Expr> shape) {
      List<IterVar> axes = new ArrayList<>();
      for (Expr dim : shape) {
        axes.add(IterVar.spatial(dim, Var.of("v" + axes.size(), dim.dtype())));
      }
      return axes;
    }

    private static Stmt nest(List<Expr> shape, Stmt.Block stage) {
      List<Var> loops = new ArrayList<>();
      for (Expr dim : shape) {
        loops.add(Var.of("i" + loops.size(), dim.dtype()));
      }
      return Nests.around(
          loops, shape, new Stmt.BlockRealize(List.copyOf(loops), Expr.bool(true), stage));
    }

    private static Stmt redirected(Stmt nest, Map<Buffer, Buffer> buffers) {
      return Nests.mapBlocks(
          nest,
          realize -> {
            Stmt.Block changed = (Stmt.Block) Substitute.in(realize.block(), Map.of(), buffers);
            return realize.withBlock(AccessRegions.annotated(changed));
          });
    }
  }
}
