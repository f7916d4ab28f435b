package dev.weft.tir.schedule.primitive;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Ordered;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.IndexMaps;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * States which region of a buffer a block accesses, where what can be worked out is too large.
 *
 * <p>Arguments: the block; which of its reads or writes; a map from the block's axes to the begin
 * and end of each dimension, {@code (begin0, end0, begin1, end1, …)}. The annotation {@code
 * explicit_read_region} or {@code explicit_write_region}, a list of positions in the signature,
 * notes that the region is not to be worked out again.
 *
 * <p>The schedule is tainted unless the region is known to hold all that the block accesses.
 *
 * <p>Conditions: the map takes the block's axes, and gives two values for each dimension.
 *
 * <pre>
 * with T.block("B"):                        with T.block("B"):
 *     T.reads(A[0:128])             →           T.reads(A[vi // 2:vi // 2 + 2])
 *                                               T.block_attr({"explicit_read_region": [0]})
 * </pre>
 */
public final class AnnotateBufferAccess {
  private static final String NAME = "annotateBufferAccess";

  private AnnotateBufferAccess() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, int index, boolean write, IndexMap map) {
    Site.Block site = state.block(ref);
    Buffer buffer = new Conditions(NAME, state).buffer(site, index, write);
    Stmt.Block block = site.block();
    if (map.inputs().size() != block.iterVars().size()
        || map.outputs().size() != 2 * buffer.rank()) {
      throw state.refuse(
          NAME,
          "the map must take "
              + Counted.of(block.iterVars().size(), "index", "indices")
              + ", the axes of "
              + site
              + ", and give the begin and end of "
              + Counted.of(buffer.rank(), "dimension", "dimensions"),
          site);
    }
    Analyzer analyzer = state.analyzer(site);
    block.iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    List<Expr> ends = IndexMaps.apply(map, Blocks.vars(block.iterVars()), analyzer);
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < ends.size(); i += 2) {
      ranges.add(new Range(ends.get(i), analyzer.simplify(Expr.sub(ends.get(i + 1), ends.get(i)))));
    }
    BufferRegion region = new BufferRegion(buffer, ranges);
    List<BufferRegion> regions = new ArrayList<>(write ? block.writes() : block.reads());
    regions.set(index, region);
    String key = write ? "explicit_write_region" : "explicit_read_region";
    Stmt.Block annotated =
        (write
                ? block.withRegions(block.reads(), regions)
                : block.withRegions(regions, block.writes()))
            .withAnnotations(Ordered.with(block.annotations(), key, noted(block, key, index)));
    ScheduleState next = state.replace(site, site.stmt().withBlock(annotated));
    return holdsAll(block, region, write, analyzer) ? next : next.taint();
  }

  private static AttrValue noted(Stmt.Block block, String key, int index) {
    List<AttrValue> positions = new ArrayList<>();
    if (block.annotations().get(key) instanceof AttrValue.Items(List<AttrValue> old)) {
      positions.addAll(old);
    }
    if (positions.stream().noneMatch(p -> p instanceof Expr e && e.isConst(index))) {
      positions.add(Expr.int32(index));
    }
    return new AttrValue.Items(positions);
  }

  private static boolean holdsAll(
      Stmt.Block block, BufferRegion stated, boolean write, Analyzer analyzer) {
    AccessRegions found = AccessRegions.detect(block);
    BufferRegion real =
        Conditions.regionOf(write ? found.writes() : found.reads(), stated.buffer());
    if (real == null) {
      return true;
    }
    for (int i = 0; i < stated.region().size(); i++) {
      Range wanted = real.region().get(i);
      Range given = stated.region().get(i);
      boolean within =
          analyzer.prove(Expr.le(given.min(), wanted.min()))
              && analyzer.prove(
                  Expr.le(
                      Expr.add(wanted.min(), wanted.extent()),
                      Expr.add(given.min(), given.extent())));
      if (!within) {
        return false;
      }
    }
    return true;
  }
}
