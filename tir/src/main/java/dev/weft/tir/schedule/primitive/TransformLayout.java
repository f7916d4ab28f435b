package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.Ordered;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.IndexMaps;
import dev.weft.tir.arith.IndexMaps.PaddedInverse;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives a buffer another layout: its element {@code index} comes to be at {@code map(index)}.
 *
 * <p>Arguments: a block that accesses the buffer; which of its reads or writes; the map; the pad
 * value, a function of the new indices, or none; whether the map is taken to be one-to-one without
 * proof. The layout of a function's parameter changes what callers pass.
 *
 * <p>The new shape may have places for which there is no old index: 14 elements as {@code (i // 4,
 * i % 4)} have 16 places. This padding needs a pad value, and then holds it:
 *
 * <ul>
 *   <li>of a buffer that the function only reads, the caller must have filled it; a block of {@code
 *       T.assume} at the start says so to later steps;
 *   <li>a block that writes the whole buffer, element after element, runs over the new places and
 *       chooses between its value and the pad value;
 *   <li>failing that, a block after the last write fills the padding.
 * </ul>
 *
 * What the function computes at old indices does not depend on padding.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the map takes as many indices as the buffer has dimensions, and gives none below 0,
 *   <li>it is one-to-one, and together with padding fills the new shape,
 *   <li>where there is padding, there is a pad value (and the map is not just taken to be
 *       one-to-one): one, of the buffer's type, that loads from no other buffer,
 *   <li>the buffer is no view, nothing is a view of it, and it is not accessed by its pointer.
 * </ol>
 *
 * <pre>
 * B = T.alloc_buffer((128, 128))                  B = T.alloc_buffer((128, 8, 16))
 * B[vi, vj] = A[vi, vj] * 2.0              →      B[vi, vj // 16, vj % 16] = A[vi, vj] * 2.0
 * </pre>
 */
public final class TransformLayout {
  static final String NAME = "transformLayout";

  private TransformLayout() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state,
      BlockRef ref,
      int index,
      boolean write,
      IndexMap given,
      @Nullable IndexMap padValue,
      boolean assumeInjective) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, index, write);
    if (given.inputs().size() != buffer.rank()) {
      throw state.refuse(
          NAME,
          "the map takes "
              + Counted.of(given.inputs().size(), "index", "indices")
              + ", '"
              + buffer.name()
              + "' has "
              + Counted.of(buffer.rank(), "dimension", "dimensions"),
          site);
    }
    conditions.notView(site, buffer);
    if (padValue != null && assumeInjective) {
      throw state.refuse(
          NAME, "where the padding is can't be told of a map that is taken to be one-to-one", site);
    }
    IndexMap pad = padValue == null ? null : padValue(state, site, buffer, padValue);
    PrimFunc function = state.function(site);
    boolean parameter = function.bufferMap().containsValue(buffer);
    Site.Block around = parameter ? state.root(site) : conditions.allocator(site, buffer);
    Analyzer analyzer = state.analyzer(around);
    IndexMap map = IndexMaps.inType(given, buffer.indexType());
    PaddedInverse inverse = assumeInjective ? null : inverse(state, site, buffer, map, analyzer);
    if (inverse != null && pad == null && !inverse.padding().isConst(0)) {
      throw state.refuse(
          NAME,
          "the new layout of '" + buffer.name() + "' has padding and there is no pad value",
          site);
    }
    List<Expr> shape =
        inverse == null ? shape(state, site, buffer, map, analyzer) : inverse.shape();
    Buffer changed =
        new Buffer(
            buffer.data(),
            buffer.dtype(),
            shape,
            List.of(),
            buffer.elemOffset(),
            buffer.name(),
            buffer.alignment(),
            buffer.offsetFactor(),
            buffer.axisSeparators().stream().allMatch(a -> a <= shape.size())
                ? buffer.axisSeparators()
                : List.of());
    Stmt.Block block = around.block();
    if (inverse != null && pad != null && !inverse.padding().isConst(0)) {
      if (pad.inputs().size() != shape.size()) {
        throw state.refuse(
            NAME,
            "the pad value takes "
                + Counted.of(pad.inputs().size(), "index", "indices")
                + ", the new layout has "
                + shape.size(),
            site);
      }
      block =
          block.withBody(
              new LayoutPadding(buffer, changed, inverse, pad, analyzer).apply(block.body()));
    }
    Stmt rewritten =
        new LayoutAccess(state, around, buffer, changed, map, analyzer)
            .stmt(around.stmt().withBlock(block));
    if (!parameter) {
      return state.replace(around, rewritten);
    }
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>(function.bufferMap());
    bufferMap.replaceAll((param, old) -> old == buffer ? changed : old);
    checkSizes(state, site, buffer, function.params(), bufferMap);
    return state.withFunction(
        site.function(),
        new PrimFunc(function.params(), Ordered.copyOf(bufferMap), function.attrs(), rewritten));
  }

  /** A symbolic size gets its value from a dimension that is the size and nothing else. */
  private static void checkSizes(
      ScheduleState state,
      Site.Block site,
      Buffer buffer,
      List<Var> params,
      Map<Var, Buffer> bufferMap) {
    for (Expr dim : buffer.shape()) {
      boolean isSize = dim instanceof Var size && !params.contains(size);
      if (isSize && bufferMap.values().stream().noneMatch(b -> b.shape().contains(dim))) {
        throw state.refuse(
            NAME,
            "the size "
                + dim
                + " could no longer be told from the shapes of the function's parameters",
            site);
      }
    }
  }

  private static PaddedInverse inverse(
      ScheduleState state, Site.Block site, Buffer buffer, IndexMap map, Analyzer analyzer) {
    try {
      return IndexMaps.nonSurjectiveInverse(
          map, buffer.shape().stream().map(Range::upTo).toList(), analyzer);
    } catch (IllegalArgumentException e) {
      throw state.refuse(
          NAME,
          "the map is not one-to-one on the shape of '" + buffer.name() + "': " + e.getMessage(),
          site);
    }
  }

  /** The shape under a map that is taken to be one-to-one. */
  private static List<Expr> shape(
      ScheduleState state, Site.Block site, Buffer buffer, IndexMap map, Analyzer analyzer) {
    List<Range> old = buffer.shape().stream().map(Range::upTo).toList();
    try {
      return IndexMaps.nonSurjectiveInverse(map, old, analyzer).shape();
    } catch (IllegalArgumentException notAffine) {
      List<Range> ranges;
      try {
        ranges = IndexMaps.mapRanges(map, old, analyzer);
      } catch (IllegalArgumentException unbounded) {
        throw state.refuse(
            NAME,
            "the new shape of '" + buffer.name() + "' is not known: " + unbounded.getMessage(),
            site);
      }
      for (Range range : ranges) {
        if (!analyzer.prove(Expr.ge(range.min(), Expr.imm(range.min().dtype(), 0)))) {
          throw state.refuse(
              NAME, "the map may give an index below 0 for '" + buffer.name() + "'", site);
        }
      }
      return IndexMaps.mapShape(map, buffer.shape(), analyzer);
    }
  }

  /** The pad value in the types of the buffer, its loads being from the buffer. */
  private static IndexMap padValue(
      ScheduleState state, Site.Block site, Buffer buffer, IndexMap given) {
    if (given.outputs().size() != 1) {
      throw state.refuse(
          NAME, "the pad value has " + given.outputs().size() + " outputs, it must have one", site);
    }
    if (!given.outputs().getFirst().dtype().equals(buffer.dtype())) {
      throw state.refuse(
          NAME,
          "the pad value is "
              + given.outputs().getFirst().dtype()
              + ", '"
              + buffer.name()
              + "' has elements of "
              + buffer.dtype(),
          site);
    }
    IndexMap map = IndexMaps.inType(given, buffer.indexType());
    Expr value =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            Expr mapped = super.expr(node);
            if (!(mapped instanceof Expr.Load load)) {
              return mapped;
            }
            // A trace has a copy of the buffer, which is known by its name, type and shape.
            boolean own =
                load.buffer() == buffer
                    || (load.buffer().name().equals(buffer.name())
                        && load.buffer().dtype().equals(buffer.dtype())
                        && load.buffer().shape().equals(buffer.shape()));
            if (!own) {
              throw state.refuse(
                  NAME,
                  "the pad value loads from '"
                      + load.buffer().name()
                      + "', it may load from '"
                      + buffer.name()
                      + "' only",
                  site);
            }
            return new Expr.Load(buffer, load.indices(), load.predicate());
          }
        }.expr(map.outputs().getFirst());
    return new IndexMap(map.inputs(), List.of(value));
  }
}
