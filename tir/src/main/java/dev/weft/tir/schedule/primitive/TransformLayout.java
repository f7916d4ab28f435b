package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Ordered;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives a buffer another layout: its element {@code index} comes to be at {@code map(index)}.
 *
 * <p>Arguments: a block that accesses the buffer; which of its reads or writes; the map; whether
 * the map is taken to be one-to-one without proof. The layout of a function's parameter changes
 * what callers pass.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the map takes as many indices as the buffer has dimensions,
 *   <li>it is one-to-one and fills the new shape without gaps,
 *   <li>the buffer is no view and nothing is a view of it.
 * </ol>
 *
 * <pre>
 * B = T.alloc_buffer((128, 128))                  B = T.alloc_buffer((128, 8, 16))
 * B[vi, vj] = A[vi, vj] * 2.0              →      B[vi, vj // 16, vj % 16] = A[vi, vj] * 2.0
 * </pre>
 */
public final class TransformLayout {
  private static final String NAME = "transformLayout";

  private TransformLayout() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state,
      BlockRef ref,
      int index,
      boolean write,
      IndexMap map,
      boolean assumeInjective) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, index, write);
    if (map.inputs().size() != buffer.rank()) {
      throw state.refuse(
          NAME,
          "the map takes "
              + map.inputs().size()
              + " indices, '"
              + buffer.name()
              + "' has "
              + buffer.rank()
              + " dimensions",
          site);
    }
    PrimFunc function = state.function(site);
    boolean parameter = function.bufferMap().containsValue(buffer);
    Site.Block root = state.root(site);
    Site.Block around = parameter ? root : conditions.allocator(site, buffer);
    Analyzer analyzer = state.analyzer(root);
    IndexMaps maps = new IndexMaps(map, buffer.shape(), analyzer);
    if (!assumeInjective && !maps.isBijective()) {
      throw state.refuse(
          NAME,
          "the map is not one-to-one on the shape of '"
              + buffer.name()
              + "', or would leave gaps in the new one",
          site);
    }
    Buffer changed =
        new Buffer(
            buffer.data(),
            buffer.dtype(),
            maps.shape(),
            List.of(),
            buffer.elemOffset(),
            buffer.name(),
            buffer.alignment(),
            buffer.offsetFactor(),
            List.of());
    Stmt rewritten = new Rewriter(conditions, around, buffer, changed, maps).stmt(around.stmt());
    if (!parameter) {
      return state.replace(around, rewritten);
    }
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>(function.bufferMap());
    bufferMap.replaceAll((param, old) -> old == buffer ? changed : old);
    return state.withFunction(
        site.function(),
        new PrimFunc(function.params(), Ordered.copyOf(bufferMap), function.attrs(), rewritten));
  }

  private static final class Rewriter extends IrRewriter {
    private final Conditions conditions;
    private final Site.Block around;
    private final Buffer buffer;
    private final Buffer changed;
    private final IndexMaps maps;

    Rewriter(
        Conditions conditions, Site.Block around, Buffer buffer, Buffer changed, IndexMaps maps) {
      this.conditions = conditions;
      this.around = around;
      this.buffer = buffer;
      this.changed = changed;
      this.maps = maps;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      return mapped instanceof Expr.Load load && load.buffer() == buffer
          ? new Expr.Load(changed, maps.apply(load.indices()), load.predicate())
          : mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For loop) {
        maps.analyzer().bind(loop.var(), new Range(loop.min(), loop.extent()));
      }
      if (node instanceof Stmt.Block block) {
        block.iterVars().forEach(axis -> maps.analyzer().bind(axis.var(), axis.dom()));
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store && store.buffer() == buffer) {
        return new Stmt.Store(
            changed, store.value(), maps.apply(store.indices()), store.predicate());
      }
      return mapped instanceof Stmt.Block block ? block(block) : mapped;
    }

    private Stmt.Block block(Stmt.Block block) {
      for (MatchBufferRegion match : block.matchBuffers()) {
        if (match.source().buffer() == buffer) {
          throw conditions
              .state()
              .refuse(NAME, "'" + match.buffer().name() + "' is a view of the buffer", around);
        }
      }
      List<Buffer> allocs =
          block.allocBuffers().stream().map(b -> b == buffer ? changed : b).toList();
      Stmt.Block result =
          allocs.equals(block.allocBuffers()) ? block : block.withAllocBuffers(allocs);
      boolean accesses =
          Conditions.regionOf(block.reads(), buffer) != null
              || Conditions.regionOf(block.writes(), buffer) != null;
      return accesses ? AccessRegions.annotated(result) : result;
    }
  }
}
