package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a block computes into the expressions of its consumers, and removes the block.
 *
 * <p>Arguments: the block.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is complete, has no init and is no output block,
 *   <li>it writes one buffer, by one store, whose indices are its axes or can be solved for them,
 *   <li>it is not the only leaf of its scope,
 *   <li>consumers access the buffer by plain loads only: through no view and no pointer.
 * </ol>
 *
 * <pre>
 * for i in range(128):
 *     with T.block("B"):
 *         B[vi] = A[vi] * 2.0             →     for i in range(128):
 * for i in range(128):                              with T.block("C"):
 *     with T.block("C"):                                C[vi] = A[vi] * 2.0 + 1.0
 *         C[vi] = B[vi] + 1.0
 * </pre>
 */
public final class ComputeInline {
  private static final String NAME = "computeInline";

  private ComputeInline() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Site.Block scope = conditions.stagePipeline(site);
    conditions.noInit(site);
    Buffer buffer = conditions.singleWrite(site);
    conditions.complete(site);
    conditions.notOutput(site, scope);
    Stmt.Store store = conditions.singleStore(site, buffer);
    Removal removal = Removal.of(NAME, state, site);
    Inverse inverse = inverse(site.block(), store, state.analyzer(scope));
    if (inverse == null) {
      throw state.refuse(
          NAME, "the indices that " + site + " stores to can't be solved for its axes", site);
    }
    Inliner inliner =
        new Inliner(buffer, removal, Buffers.byPointer(state.function(site))) {
          @Override
          Expr inlined(List<Expr> indices) {
            return Substitute.in(store.value(), inverse.axes(indices));
          }
        };
    Stmt.Block inlined = inliner.scope(scope.block());
    if (inliner.isOpaque(inlined)) {
      throw state.refuse(
          NAME, "'" + buffer.name() + "' is accessed through a view or a pointer", scope);
    }
    return state.replace(scope, scope.stmt().withBlock(inlined));
  }

  /** The axes of a block in terms of the indices that it stores to. */
  interface Inverse {
    Map<Var, Expr> axes(List<Expr> indices);
  }

  private static @Nullable Inverse inverse(Stmt.Block block, Stmt.Store store, Analyzer analyzer) {
    Set<Var> axes = new HashSet<>(Blocks.vars(block.iterVars()));
    Set<Var> needed = new HashSet<>();
    block.iterVars().stream()
        .filter(axis -> !axis.dom().isPoint() || Vars.uses(store.value(), axis.var()))
        .forEach(axis -> needed.add(axis.var()));
    Map<Var, Integer> position = new HashMap<>();
    boolean plain = true;
    for (int i = 0; i < store.indices().size(); i++) {
      Expr index = store.indices().get(i);
      if (index instanceof Var v && axes.contains(v)) {
        plain &= position.put(v, i) == null;
      } else {
        plain &= index instanceof Expr.IntImm;
      }
    }
    if (plain && position.keySet().containsAll(needed)) {
      return indices -> {
        Map<Var, Expr> values = new HashMap<>();
        position.forEach((var, i) -> values.put(var, Expr.cast(var.dtype(), indices.get(i))));
        return values;
      };
    }
    List<IterVar> iters = block.iterVars();
    AffineInverse inverse = AffineInverse.of(iters, store.indices(), analyzer);
    return inverse == null ? null : inverse::apply;
  }
}
