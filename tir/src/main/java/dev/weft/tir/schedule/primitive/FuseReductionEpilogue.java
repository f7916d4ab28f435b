package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Folds an element-wise consumer of a reduction into the reduction: a bias or residual that is
 * added to a sum becomes what the sum begins with; a limit of a maximum or minimum is applied in
 * each step.
 *
 * <p>Arguments: the reduction block, which stays, under its handle; the epilogue block, which goes.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the first is a reduction block with one sum, maximum or minimum, into a buffer that its
 *       scope allocates and that only the epilogue reads,
 *   <li>the epilogue is a complete block without predicate, one store, the only one that writes its
 *       buffer; it reads the reduction's result once, element for element over the same ranges,
 *   <li>the result of a sum is only added to; that of a maximum or minimum goes through maxima and
 *       minima only. (A limit of a sum would limit partial sums too.),
 *   <li>nothing else that the epilogue reads is written in the scope, and the scope is a stage
 *       pipeline: nobody reads the epilogue's buffer before the epilogue writes it.
 * </ol>
 *
 * <pre>
 * with T.block("C"):                            with T.block("C"):
 *     with T.init(): C[vi] = 0.0                    with T.init(): D[vi] = bias[vi]
 *     C[vi] = C[vi] + A[vi, vk]           →         D[vi] = D[vi] + A[vi, vk]
 * with T.block("D"):
 *     D[vi] = C[vi] + bias[vi]
 * </pre>
 */
public final class FuseReductionEpilogue {
  private static final String NAME = "fuseReductionEpilogue";

  private FuseReductionEpilogue() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef reductionRef, BlockRef epilogueRef) {
    Site.Block reduction = state.block(reductionRef);
    Site.Block epilogue = state.block(epilogueRef);
    Conditions conditions = new Conditions(NAME, state);
    Site.Block scope = conditions.stagePipeline(reduction);
    if (epilogue.scope() != scope) {
      throw state.refuse(
          NAME, epilogue + " and " + reduction + " are in different scopes", epilogue);
    }
    conditions.reduction(reduction);
    conditions.notOutput(reduction, scope);
    Buffer buffer = conditions.singleWrite(reduction);
    Combiner combiner = Combiner.of(reduction.block());
    if (combiner == null) {
      throw state.refuse(NAME, reduction + " is no sum, maximum or minimum", reduction);
    }
    conditions.complete(epilogue);
    conditions.noInit(epilogue);
    Buffer result = conditions.singleWrite(epilogue);
    Stmt.Store store = conditions.singleStore(epilogue, result);
    if (!epilogue.stmt().predicate().isConst(1)) {
      throw state.refuse(
          NAME, epilogue + " has a predicate, which the sum would not have", epilogue);
    }
    BlockScope blocks = state.scope(scope);
    if (!blocks.readers(buffer).equals(List.of(epilogue))) {
      throw state.refuse(
          NAME, "'" + buffer.name() + "' is not read by " + epilogue + " alone", epilogue);
    }
    undisturbed(state, blocks, epilogue, buffer);
    List<Expr> loads = loads(store.value(), buffer);
    if (loads.size() != 1 || !(loads.getFirst() instanceof Expr.Load load)) {
      throw state.refuse(
          NAME, epilogue + " reads '" + buffer.name() + "' " + loads.size() + " times", epilogue);
    }
    if (!isAllowed(store.value(), load, combiner.operation())) {
      throw state.refuse(
          NAME,
          epilogue
              + " does more with '"
              + buffer.name()
              + "' than each step of the reduction may do: a sum may be added to, a maximum or"
              + " minimum limited",
          epilogue);
    }
    Map<Var, Expr> axes = sameElements(state, reduction, epilogue, combiner.indices(), load);
    List<Expr> target = store.indices().stream().map(index -> Substitute.in(index, axes)).toList();
    Expr value = Substitute.in(store.value(), axes);
    Expr at = Substitute.in((Expr) load, axes);
    Stmt.Block fused =
        fused(reduction.block(), epilogue.block(), combiner, result, target, value, at, axes);
    Removal removal = Removal.of(NAME, state, epilogue);
    Stmt body =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            if (node == removal.old()) {
              return stmt(removal.replacement());
            }
            return node == reduction.stmt() ? reduction.stmt().withBlock(fused) : super.stmt(node);
          }
        }.stmt(scope.block().body());
    List<Buffer> kept = scope.block().allocBuffers().stream().filter(b -> b != buffer).toList();
    Stmt.Block changed = scope.block().withBody(body).withAllocBuffers(kept);
    return state.replace(scope, scope.stmt().withBlock(changed)).recheck(reductionRef);
  }

  private static Stmt.Block fused(
      Stmt.Block reduction,
      Stmt.Block epilogue,
      Combiner combiner,
      Buffer result,
      List<Expr> target,
      Expr value,
      Expr at,
      Map<Var, Expr> axes) {
    boolean sum = combiner.operation() == Combiner.Operation.SUM;
    Expr own = new Expr.Load(result, target);
    Expr updated = combiner.combine(List.of(own), combiner.terms()).getFirst();
    // A sum begins with what is added to it; the limits of a maximum hold in each step.
    Expr init = sum ? begun(value, at) : replaced(value, at, combiner.neutral().getFirst());
    Expr step = sum ? updated : replaced(value, at, updated);
    List<BufferRegion> reads = new ArrayList<>(reduction.reads());
    for (BufferRegion read : epilogue.reads()) {
      BufferRegion moved = Substitute.in(read, axes);
      boolean known = Conditions.regionOf(reads, read.buffer()) != null;
      if (read.buffer() != combiner.buffers().getFirst() && !known) {
        reads.add(moved);
      } else if (known) {
        reads.removeIf(region -> region.buffer() == read.buffer());
        reads.add(read.buffer().whole());
      }
    }
    return Blocks.with(
        reduction,
        reduction.iterVars(),
        reads,
        List.of(BufferRegion.point(result, target)),
        new Stmt.Store(result, init, target),
        new Stmt.Store(result, step, target));
  }

  /** What is added to a load, without the load. */
  private static Expr begun(Expr value, Expr load) {
    if (value.equals(load)) {
      return Expr.imm(value.dtype(), 0);
    }
    if (value instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.ADD) {
      boolean left = !loads(a, ((Expr.Load) load).buffer()).isEmpty();
      Expr rest = begun(left ? a : b, load);
      Expr other = left ? b : a;
      return isZero(rest) ? other : left ? Expr.add(rest, other) : Expr.add(other, rest);
    }
    throw new IllegalStateException("only sums are allowed");
  }

  private static boolean isZero(Expr e) {
    return e.isConst(0) || (e instanceof Expr.FloatImm imm && imm.value() == 0);
  }

  private static Expr replaced(Expr value, Expr load, Expr by) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        return node.equals(load) ? by : super.expr(node);
      }
    }.expr(value);
  }

  /** Whether every step of the reduction may do this in the place of the last one. */
  private static boolean isAllowed(Expr value, Expr.Load load, Combiner.Operation operation) {
    if (value.equals(load)) {
      return true;
    }
    if (!(value instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))) {
      return false;
    }
    boolean allowed =
        switch (operation) {
          case SUM -> op == BinaryOp.ADD;
          case MIN, MAX -> op == BinaryOp.MIN || op == BinaryOp.MAX;
          case PRODUCT, SUMS, ARGMAX, ARGMIN, FIRST_ARGMAX, FIRST_ARGMIN -> false;
        };
    boolean left = !loads(a, load.buffer()).isEmpty();
    return allowed && isAllowed(left ? a : b, load, operation);
  }

  private static List<Expr> loads(Expr value, Buffer buffer) {
    List<Expr> found = new ArrayList<>();
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load && load.buffer() == buffer) {
          found.add(load);
        }
        super.expr(node);
      }
    }.expr(value);
    return found;
  }

  /** The epilogue's axes as those of the reduction. */
  private static Map<Var, Expr> sameElements(
      ScheduleState state,
      Site.Block reduction,
      Site.Block epilogue,
      List<Expr> written,
      Expr.Load load) {
    Analyzer analyzer = state.analyzer(reduction);
    Map<Var, Expr> result = new HashMap<>();
    for (int i = 0; i < written.size(); i++) {
      IterVar from = axis(epilogue, load.indices().get(i));
      IterVar to = axis(reduction, written.get(i));
      boolean same =
          from != null
              && to != null
              && to.kind() == IterVar.Kind.SPATIAL
              && analyzer.proveEqual(from.dom().min(), to.dom().min())
              && analyzer.proveEqual(from.dom().extent(), to.dom().extent())
              && result.put(from.var(), to.var()) == null;
      if (!same) {
        throw state.refuse(
            NAME,
            epilogue + " does not read the result element for element over the same ranges",
            epilogue,
            reduction);
      }
    }
    long spatial =
        reduction.block().iterVars().stream()
            .filter(axis -> axis.kind() == IterVar.Kind.SPATIAL)
            .count();
    if (result.values().stream().distinct().count() != spatial
        || result.size() != epilogue.block().iterVars().size()
        || !state.isAffine(epilogue)) {
      throw state.refuse(
          NAME, epilogue + " has other axes than the result of " + reduction, epilogue, reduction);
    }
    return result;
  }

  private static @Nullable IterVar axis(Site.Block block, Expr index) {
    for (IterVar axis : block.block().iterVars()) {
      if (axis.var() == index) {
        return axis;
      }
    }
    return null;
  }

  /** That nobody writes what else the epilogue reads between the reduction's start and it. */
  private static void undisturbed(
      ScheduleState state, BlockScope blocks, Site.Block epilogue, Buffer buffer) {
    for (BufferRegion read : epilogue.block().reads()) {
      if (read.buffer() != buffer && !blocks.writers(read.buffer()).isEmpty()) {
        throw state.refuse(
            NAME,
            "'" + read.buffer().name() + "', which " + epilogue + " reads, is written in the scope",
            epilogue);
      }
    }
  }
}
