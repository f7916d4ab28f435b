package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockKinds;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Pads a contraction (a matrix product, say) so that the extent of each axis is a multiple of a
 * number.
 *
 * <p>Arguments: the block; one number an axis, spatial and reduction, in order. What the block
 * reads is copied with zeros behind it, what it writes is cut back to the original shape.
 *
 * <p>Other blocks in the nest of the block use the padded buffers too. As in TVM, what they hand on
 * is then written over a copy of what was there before, and they run over the padding of loops that
 * they share with the block, where they may leave their buffers: such a schedule is tainted.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is a complete or reduction block; where a reduction axis grows, it is a sum that
 *       begins with zero, of a product of loads (casts allowed), and the axis is in an index of
 *       one,
 *   <li>all indices are axes of the block or zero, and each buffer is accessed in one way,
 *   <li>loops that are axes start at 0, and no other axis of the block depends on them,
 *   <li>the axes run over all of the buffers that are read through a padded copy; where such a
 *       buffer is no parameter, the block reads all of it in any case, so that all of it has been
 *       written,
 *   <li>what the block writes it writes completely,
 *   <li>other blocks under a loop that grows, without it in their axes, are complete,
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
    private final List<Var> axes;

    /** The new extents of what grows: axes, and loops that are axes. */
    private final Map<Var, Expr> grown = new HashMap<>();

    private final Map<Buffer, Buffer> padded = new HashMap<>();
    private final List<Buffer> made = new ArrayList<>();

    Padding(ScheduleState state, Site.Block site) {
      this.state = state;
      this.site = site;
      this.block = site.block();
      this.analyzer = state.analyzer(site);
      this.axes = Blocks.vars(block.iterVars());
    }

    ScheduleState apply(List<Integer> padding) {
      Conditions conditions = new Conditions(NAME, state);
      Site.Block scope = conditions.stagePipeline(site);
      checkKind();
      if (padding.size() != axes.size() || padding.stream().anyMatch(p -> p <= 0)) {
        throw state.refuse(
            NAME, padding + " is not one positive number for each axis of " + site, site);
      }
      for (int i = 0; i < axes.size(); i++) {
        grow(i, padding.get(i));
      }
      if (!(block.body() instanceof Stmt.Store store) || !isEinsum(store)) {
        throw state.refuse(NAME, site + " is not a contraction", site);
      }
      checkComplete();
      List<Stmt> stmts = new ArrayList<>();
      for (BufferRegion read : block.reads()) {
        if (grows(read)) {
          checkWhole(read);
          checkWritten(read);
          stmts.add(inputCopy(read, copyOf(read)));
        }
      }
      BufferRegion write = block.writes().getFirst();
      Stmt copyBack = grows(write) ? outputCopy(write, copyOf(write)) : null;
      Site top = site;
      while (top.parent() != scope && top.parent() != null) {
        top = top.parent();
      }
      checkRepeats(top);
      stmts.add(grownNest(top.stmt()));
      if (copyBack != null) {
        stmts.add(copyBack);
      }
      Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
      replaced.put(top.stmt(), Stmt.seq(stmts));
      Stmt.Block around = scope.block();
      List<Buffer> allocated = new ArrayList<>(around.allocBuffers());
      allocated.addAll(made);
      Stmt.Block changed =
          around.withBody(Blocks.replace(around.body(), replaced)).withAllocBuffers(allocated);
      ScheduleState next =
          state.replace(scope, scope.stmt().withBlock(changed)).recheckAffine(site.ref());
      return isShared(top) ? next.taint() : next;
    }

    private void checkKind() {
      String notComplete = BlockKinds.notCompleteLocally(site);
      String notReduction = BlockKinds.notReductionLocally(site, state);
      if (notComplete != null && notReduction != null) {
        throw state.refuse(
            NAME,
            site
                + " is neither a complete block ("
                + notComplete
                + ") nor a reduction block ("
                + notReduction
                + ")",
            site);
      }
    }

    /** The new extent of an axis, and of the loop that it is. */
    private void grow(int i, int by) {
      IterVar axis = block.iterVars().get(i);
      Expr extent = axis.dom().extent();
      Expr step = Expr.imm(extent.dtype(), by);
      Expr more = analyzer.simplify(Expr.mul(Expr.ceilDiv(extent, step), step));
      if (analyzer.proveEqual(more, extent)) {
        return;
      }
      boolean written = block.writes().stream().allMatch(w -> indexes(axis.var(), w));
      if (axis.kind() == IterVar.Kind.SPATIAL && !written) {
        throw state.refuse(
            NAME,
            "with more of axis '" + axis.var().name() + "' " + site + " would begin again",
            site);
      }
      boolean read = block.reads().stream().anyMatch(r -> indexes(axis.var(), r));
      if (axis.kind() == IterVar.Kind.REDUCE && !read && state.isChecked()) {
        throw state.refuseAsWrong(
            NAME,
            "with more of axis '"
                + axis.var().name()
                + "', which is in no index, "
                + site
                + " would count more often what it reads",
            site);
      }
      grown.put(axis.var(), more);
      if (!(site.stmt().iterValues().get(i) instanceof Var loopVar)) {
        return;
      }
      for (Site.Loop loop : site.loopsAround()) {
        if (loop.stmt().var() == loopVar) {
          checkLoop(loop, i);
          grown.put(loopVar, more);
        }
      }
    }

    private static boolean indexes(Var axis, BufferRegion region) {
      return region.region().stream().anyMatch(range -> Vars.uses(range.min(), axis));
    }

    private void checkLoop(Site.Loop loop, int axis) {
      if (!loop.stmt().min().isConst(0)) {
        throw state.refuse(NAME, loop + " does not start at 0", loop, site);
      }
      Expr whole = block.iterVars().get(axis).dom().extent();
      Expr extent = loop.stmt().extent();
      if (!analyzer.proveEqual(extent, Expr.cast(extent.dtype(), whole))) {
        throw state.refuse(
            NAME, loop + " does not run over all values of its axis of " + site, loop, site);
      }
      List<Expr> values = site.stmt().iterValues();
      for (int i = 0; i < values.size(); i++) {
        if (i != axis && Vars.uses(values.get(i), loop.stmt().var())) {
          throw state.refuse(NAME, loop + " is in two axes of " + site, loop, site);
        }
      }
    }

    /** The block's buffers: each accessed in one way, at axes or at zero. */
    private boolean isEinsum(Stmt.Store store) {
      List<Buffer> buffers = new ArrayList<>();
      for (BufferRegion region :
          Stream.concat(block.reads().stream(), block.writes().stream()).toList()) {
        if (buffers.contains(region.buffer())
            || !region.region().stream().allMatch(Range::isPoint)
            || !atAxes(region.region().stream().map(Range::min).toList(), region.buffer())) {
          return false;
        }
        buffers.add(region.buffer());
      }
      if (block.writes().size() != 1
          || !block.allocBuffers().isEmpty()
          || !block.matchBuffers().isEmpty()
          || !atAxes(store.indices(), store.buffer())
          || !readsByAxes(store)) {
        return false;
      }
      boolean reductionGrows =
          block.iterVars().stream()
              .anyMatch(
                  axis -> axis.kind() == IterVar.Kind.REDUCE && grown.containsKey(axis.var()));
      if (!reductionGrows) {
        return true;
      }
      Combiner combiner = Combiner.of(block);
      return combiner != null
          && combiner.operation() == Combiner.Operation.SUM
          && isProduct(combiner.terms().getFirst());
    }

    /** Loads at axes only, and nothing that could fail on a padding of zeros. */
    private boolean readsByAxes(Stmt.Store store) {
      boolean[] plain = {true};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          plain[0] &= !(node instanceof Expr.Load load) || atAxes(load.indices(), load.buffer());
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
        case Expr.Load load -> atAxes(load.indices(), load.buffer());
        case Expr.Cast cast -> isProduct(cast.value());
        case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
            op == BinaryOp.MUL && isProduct(a) && isProduct(b);
        default -> false;
      };
    }

    private boolean atAxes(List<Expr> indices, Buffer buffer) {
      for (int i = 0; i < indices.size(); i++) {
        boolean only = indices.get(i).isConst(0) && buffer.shape().get(i).isConst(1);
        if (!only && !(indices.get(i) instanceof Var v && axes.contains(v))) {
          return false;
        }
      }
      return true;
    }

    /** What is copied is all of the buffer, and zeros must follow right behind what is read. */
    private void checkWhole(BufferRegion read) {
      for (int i = 0; i < read.region().size(); i++) {
        int axis = axes.indexOf(read.region().get(i).min());
        Expr dim = read.buffer().shape().get(i);
        if (axis >= 0 && !analyzer.proveLessEqual(dim, block.iterVars().get(axis).dom().extent())) {
          throw state.refuse(
              NAME, site + " reads only a part of '" + read.buffer().name() + "'", site);
        }
      }
    }

    /** What is copied has been written if the block reads all of it without the copy, too. */
    private void checkWritten(BufferRegion read) {
      Buffer buffer = read.buffer();
      if (!state.isChecked() || state.function(site).paramBuffers().contains(buffer)) {
        return;
      }
      boolean all = !ConditionalAccess.of(buffer, block.body());
      Analyzer around = state.analyzer(site);
      for (Range range : read.region()) {
        int axis = axes.indexOf(range.min());
        all &= axis < 0 || Regions.reachesAll(site, axis, around);
      }
      if (!all) {
        throw state.refuseAsWrong(
            NAME,
            site
                + " may read only a part of '"
                + buffer.name()
                + "', the rest of which may not have been written",
            site);
      }
    }

    /** What is cut back is all of the buffer, so all of it must have been written. */
    private void checkComplete() {
      BufferRegion write = block.writes().getFirst();
      if (!grows(write)) {
        return;
      }
      List<Expr> shape = write.buffer().shape();
      Analyzer around = state.analyzer(site);
      for (int i = 0; i < shape.size(); i++) {
        int axis = axes.indexOf(write.region().get(i).min());
        boolean all =
            axis < 0
                || (analyzer.proveEqual(shape.get(i), block.iterVars().get(axis).dom().extent())
                    && Regions.reachesAll(site, axis, around));
        if (!all) {
          throw state.refuse(
              NAME, site + " does not write all of '" + write.buffer().name() + "'", site);
        }
      }
    }

    private boolean grows(BufferRegion region) {
      return region.region().stream().anyMatch(range -> grown.containsKey(range.min()));
    }

    private Buffer copyOf(BufferRegion region) {
      Buffer buffer = region.buffer();
      List<Expr> shape = new ArrayList<>();
      for (int i = 0; i < region.region().size(); i++) {
        shape.add(grown.getOrDefault(region.region().get(i).min(), buffer.shape().get(i)));
      }
      Buffer copy =
          buffer.withShape(shape, List.of()).inScope(buffer.scope(), buffer.name() + "_pad");
      made.add(copy);
      padded.put(buffer, copy);
      return copy;
    }

    private Stmt inputCopy(BufferRegion read, Buffer copy) {
      List<IterVar> copied = axes(copy.shape());
      List<Expr> vars = List.copyOf(Blocks.vars(copied));
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
              copied,
              List.of(BufferRegion.point(read.buffer(), vars)),
              List.of(BufferRegion.point(copy, vars)),
              List.of(),
              List.of(),
              Map.of(),
              null,
              new Stmt.Store(copy, value, vars));
      return nest(copy.shape(), stage);
    }

    private static Stmt outputCopy(BufferRegion write, Buffer copy) {
      List<Expr> shape = write.buffer().shape();
      List<IterVar> copied = axes(shape);
      List<Expr> vars = List.copyOf(Blocks.vars(copied));
      return nest(shape, Blocks.copy(copy.name(), copied, copy, vars, write.buffer(), vars));
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

    /** The nest with its loops and axes grown, on the padded buffers. */
    private Stmt grownNest(Stmt nest) {
      Stmt redirected = Substitute.in(nest, Map.of(), padded);
      return new IrRewriter() {
        @Override
        public Stmt stmt(Stmt node) {
          Stmt mapped = super.stmt(node);
          if (mapped instanceof Stmt.For loop && grown.containsKey(loop.var())) {
            return new Stmt.For(
                loop.var(),
                loop.min(),
                Expr.cast(loop.var().dtype(), grown.getOrDefault(loop.var(), loop.extent())),
                loop.kind(),
                loop.thread(),
                loop.annotations(),
                loop.body());
          }
          return mapped instanceof Stmt.Block changed
              ? Blocks.with(
                  changed,
                  grownAxes(changed),
                  changed.reads(),
                  changed.writes(),
                  changed.init(),
                  changed.body())
              : mapped;
        }
      }.stmt(redirected);
    }

    private List<IterVar> grownAxes(Stmt.Block changed) {
      return changed.iterVars().stream()
          .map(
              axis -> {
                Expr extent = grown.get(axis.var());
                return extent == null ? axis : axis.withDom(new Range(axis.dom().min(), extent));
              })
          .toList();
    }

    /** A block that is complete may be carried out more often, a reduction may not. */
    private void checkRepeats(Site top) {
      for (Site.Block other : top.childBlocks()) {
        boolean more =
            other.loopsAround().stream()
                .anyMatch(
                    loop ->
                        grown.containsKey(loop.stmt().var())
                            && isWithout(other, loop.stmt().var()));
        if (other != site && more && BlockKinds.notCompleteLocally(other) != null) {
          throw state.refuse(
              NAME, "with more iterations of its loops " + other + " would be done again", other);
        }
      }
    }

    private static boolean isWithout(Site.Block block, Var loop) {
      return block.stmt().iterValues().stream().noneMatch(value -> Vars.uses(value, loop));
    }

    /** Whether other blocks of the nest use what was padded. */
    private boolean isShared(Site top) {
      return top.childBlocks().stream()
          .filter(other -> other != site)
          .anyMatch(
              other ->
                  Stream.concat(other.block().reads().stream(), other.block().writes().stream())
                          .anyMatch(region -> padded.containsKey(region.buffer()))
                      || Vars.usesAny(other.stmt().predicate(), grown.keySet())
                      || other.stmt().iterValues().stream()
                          .anyMatch(value -> Vars.usesAny(value, grown.keySet())));
    }
  }
}
