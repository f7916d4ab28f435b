package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;
import dev.weft.tir.schedule.TensorIntrin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Has a tensor intrinsic carry out a block.
 *
 * <p>Arguments: the block, or a loop, which is first made a block as by {@code blockize}; the
 * intrinsic; {@code preserveUnitIters}: as of {@code blockize}.
 *
 * <p>The body becomes that of the intrinsic's implementation, whose parameters become views ({@code
 * match_buffer}) of the parts of the buffers that the block accesses. The axes, the regions and the
 * init of the block stay.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the block computes what the intrinsic's description does: the same loops (extents, kinds,
 *       annotations), blocks (axes, predicates, inits) and expressions, operands in the same order,
 *   <li>the buffers have the types and scopes of the description's, and are accessed in parts of
 *       the same extents; leading dimensions that the description doesn't have are single indices.
 * </ol>
 *
 * <pre>
 * with T.block("matmul_o"):                     with T.block("matmul_o"):
 *     vi_o, vj_o, vk_o = …                          vi_o, vj_o, vk_o = …
 *     for i_1, j_1, k_1 in T.grid(16, 16, 16):      A_1 = T.match_buffer(A[vi_o * 16:…, …], …)
 *         with T.block("matmul"):             →     …
 *             C[…] += A[…] * B[…]                   T.call_extern("int32", "tmm16", C_1.data, …)
 * </pre>
 */
public final class Tensorize {
  private static final String NAME = "tensorize";

  private Tensorize() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, StmtRef ref, TensorIntrin intrin, boolean preserveUnitIters) {
    return switch (ref) {
      case BlockRef block -> block(state, state, block, state.block(block), intrin);
      case LoopRef loop -> {
        Applied<BlockRef> blockized = Blockize.apply(NAME, state, loop, preserveUnitIters);
        yield block(state, blockized.state(), blockized.created(), state.loop(loop), intrin);
      }
    };
  }

  /**
   * @param before the state that the user knows, for messages
   * @param place the block or loop that the user named, in that state
   */
  private static ScheduleState block(
      ScheduleState before, ScheduleState state, BlockRef ref, Site place, TensorIntrin intrin) {
    Site.Block site = state.block(ref);
    if (site.isRoot()) {
      throw before.refuse(NAME, "the root block is not tensorized; blockize a loop in it", place);
    }
    IntrinMatch match;
    try {
      match = IntrinMatch.of(site.stmt(), intrin.description(), state.analyzer(site));
    } catch (IntrinMatch.Differs difference) {
      throw before.refuse(
          NAME,
          place
              + " does not compute what intrinsic '"
              + intrin.name()
              + "' describes: "
              + difference.getMessage(),
          place);
    }
    FreshCopy copy = new FreshCopy(indexType(site.block()));
    List<MatchBufferRegion> views = new ArrayList<>();
    List<Buffer> described = intrin.description().paramBuffers();
    List<Buffer> parameters = intrin.implementation().paramBuffers();
    for (int i = 0; i < parameters.size(); i++) {
      Buffer current = match.bufferFor(described.get(i));
      if (current == null) {
        throw before.refuse(
            NAME,
            "the description of '"
                + intrin.name()
                + "' does not access its parameter '"
                + described.get(i).name()
                + "'",
            place);
      }
      Buffer parameter = parameters.get(i);
      if (current.alignment() % parameter.alignment() != 0) {
        throw before.refuse(
            NAME,
            "'"
                + intrin.name()
                + "' wants the data of '"
                + parameter.name()
                + "' aligned to "
                + parameter.alignment()
                + " bytes, but '"
                + current.name()
                + "' is aligned to "
                + current.alignment(),
            place);
      }
      BufferRegion accessed = intrin.accessed(parameter);
      views.add(
          new MatchBufferRegion(
              copy.buffer(parameter), part(current, match.base(current), accessed)));
    }
    Stmt.Block implementation =
        ((Stmt.BlockRealize) copy.stmt(intrin.implementation().body())).block();
    Stmt.Block block = site.block();
    Stmt.Block changed =
        new Stmt.Block(
            block.name(),
            block.iterVars(),
            block.reads(),
            block.writes(),
            Stream.concat(block.allocBuffers().stream(), implementation.allocBuffers().stream())
                .toList(),
            views,
            annotations(block, implementation),
            block.init(),
            implementation.body());
    return state.replace(site, site.stmt().withBlock(changed));
  }

  /** The type of the indices of what a block accesses. */
  private static DType indexType(Stmt.Block block) {
    return Stream.concat(block.reads().stream(), block.writes().stream())
        .flatMap(region -> region.region().stream())
        .map(range -> range.min().dtype())
        .max((a, b) -> Integer.compare(a.bits(), b.bits()))
        .orElse(DType.INT32);
  }

  private static BufferRegion part(Buffer current, List<Expr> base, BufferRegion accessed) {
    int offset = base.size() - accessed.region().size();
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < base.size(); i++) {
      Expr min = base.get(i);
      Expr extent =
          i < offset ? Expr.imm(min.dtype(), 1) : accessed.region().get(i - offset).extent();
      ranges.add(new Range(min, Expr.cast(min.dtype(), extent)));
    }
    return new BufferRegion(current, ranges);
  }

  /** The block's annotations and, where it has none of the name, the implementation's. */
  private static Map<String, AttrValue> annotations(Stmt.Block block, Stmt.Block implementation) {
    Map<String, AttrValue> result = new LinkedHashMap<>(block.annotations());
    implementation.annotations().forEach(result::putIfAbsent);
    return result;
  }
}
