package dev.weft.tir.schedule.primitive;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Ordered;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * Has the stride of an axis of a buffer be {@code k * factor + offset}, against bank conflicts.
 *
 * <p>Arguments: the block that writes the buffer; which of its writes; the axis, counted from the
 * end if negative; factor; offset. Noted as the block's annotation {@code buffer_dim_align},
 * carried out by the lowering.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the factor is positive,
 *   <li>the axis exists,
 *   <li>the buffer is allocated by a block,
 *   <li>where the block has such an annotation, it is of this form.
 * </ol>
 *
 * <pre>
 * with T.block("B"):     →     with T.block("B"):
 *                                  T.block_attr({"buffer_dim_align": [[0, 0, 128, 127]]})
 * </pre>
 */
public final class StorageAlign {
  /** The annotation: a list of {@code [write index, axis, factor, offset]}. */
  public static final String KEY = "buffer_dim_align";

  private static final String NAME = "storageAlign";

  private StorageAlign() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, int writeIndex, int axis, int factor, int offset) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    if (factor <= 0) {
      throw state.refuse(NAME, "factor " + factor + " is not positive", site);
    }
    int dimension = axis < 0 ? axis + buffer.rank() : axis;
    if (dimension < 0 || dimension >= buffer.rank()) {
      throw state.refuse(
          NAME,
          "axis "
              + axis
              + " is out of range: '"
              + buffer.name()
              + "' has "
              + Counted.of(buffer.rank(), "dimension", "dimensions"),
          site);
    }
    conditions.allocator(site, buffer);
    AttrValue tuple =
        new AttrValue.Items(List.copyOf(Expr.int32s(writeIndex, dimension, factor, offset)));
    List<AttrValue> tuples = old(state, site);
    int known = 0;
    while (known < tuples.size() && !isAbout(tuples.get(known), writeIndex, dimension)) {
      known++;
    }
    if (known < tuples.size()) {
      tuples.set(known, tuple);
    } else {
      tuples.add(tuple);
    }
    return Annotate.with(
        state, site, Ordered.with(site.block().annotations(), KEY, new AttrValue.Items(tuples)));
  }

  private static List<AttrValue> old(ScheduleState state, Site.Block site) {
    AttrValue old = site.block().annotations().get(KEY);
    if (old == null) {
      return new ArrayList<>();
    }
    boolean valid =
        old instanceof AttrValue.Items(List<AttrValue> tuples)
            && tuples.stream()
                .allMatch(
                    tuple ->
                        tuple instanceof AttrValue.Items(List<AttrValue> values)
                            && values.size() == 4
                            && values.stream().allMatch(Expr.IntImm.class::isInstance));
    if (!valid) {
      throw state.refuse(
          NAME,
          "the annotation '" + KEY + "' of " + site + " is no list of four integers each",
          site);
    }
    return new ArrayList<>(((AttrValue.Items) old).values());
  }

  private static boolean isAbout(AttrValue entry, int writeIndex, int axis) {
    return entry instanceof AttrValue.Items(List<AttrValue> values)
        && values.size() == 4
        && values.get(0) instanceof Expr index
        && index.isConst(writeIndex)
        && values.get(1) instanceof Expr dimension
        && dimension.isConst(axis);
  }
}
