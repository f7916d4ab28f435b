package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Ordered;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which dimensions of a buffer are flattened together: a new physical axis begins before each
 * separator. Flat memory has none.
 *
 * <p>Arguments: a block that accesses the buffer; which of its reads or writes; the separators.
 * Views of the buffer get the same ones.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the buffer is a parameter of the function or allocated by a block,
 *   <li>the separators rise, from 0 to the number of dimensions at most.
 * </ol>
 *
 * <pre>
 * B = T.alloc_buffer((128, 128))     →     B = T.alloc_buffer((128, 128), axis_separators=[1])
 * </pre>
 */
public final class SetAxisSeparator {
  private static final String NAME = "setAxisSeparator";

  private SetAxisSeparator() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, int index, boolean write, List<Integer> separators) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, index, write);
    conditions.notView(site, buffer);
    for (int i = 0; i < separators.size(); i++) {
      int least = i == 0 ? 0 : separators.get(i - 1);
      if (separators.get(i) < least || separators.get(i) > buffer.rank()) {
        throw state.refuse(
            NAME,
            separators
                + " does not rise within the "
                + Counted.of(buffer.rank(), "dimension", "dimensions")
                + " of '"
                + buffer.name()
                + "'",
            site);
      }
    }
    PrimFunc function = state.function(site);
    boolean parameter = function.bufferMap().containsValue(buffer);
    Site.Block around = parameter ? state.root(site) : conditions.allocator(site, buffer);
    Buffer separated = buffer.withAxisSeparators(separators);
    Stmt replaced =
        new Separated(separators, buffer)
            .stmt(Substitute.in(around.stmt(), Map.of(), Map.of(buffer, separated)));
    if (!parameter) {
      return state.replace(around, replaced);
    }
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>(function.bufferMap());
    bufferMap.replaceAll((param, old) -> old == buffer ? separated : old);
    return state.withFunction(
        site.function(),
        new PrimFunc(function.params(), Ordered.copyOf(bufferMap), function.attrs(), replaced));
  }

  /** Gives the views of the buffer, and views of views, its separators. */
  private static final class Separated extends IrRewriter {
    private final List<Integer> separators;
    private final List<Var> sources = new ArrayList<>();

    Separated(List<Integer> separators, Buffer source) {
      this.separators = separators;
      sources.add(source.data());
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (!(node instanceof Stmt.Block block)) {
        return super.stmt(node);
      }
      List<MatchBufferRegion> views = new ArrayList<>();
      for (MatchBufferRegion match : block.matchBuffers()) {
        boolean of = sources.contains(match.source().buffer().data());
        if (of) {
          sources.add(match.buffer().data());
        }
        views.add(
            of
                ? new MatchBufferRegion(
                    match.buffer().withAxisSeparators(separators), match.source())
                : match);
      }
      return super.stmt(views.isEmpty() ? block : Views.replace(block, views));
    }
  }
}
