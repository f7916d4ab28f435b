package dev.weft.lowering.rules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a contraction's register tile, chosen by an estimate of the cycles that all tiles
 * take on a CPU with two vector multiply-adds and two loads a cycle.
 *
 * @param rows rows of results: elements of the factor that is read in scalars
 * @param vectors vectors of results in a row
 * @param lanes elements of a vector
 * @param cycles the estimate
 */
record ContractionTile(int rows, int vectors, int lanes, double cycles) {
  /** What stands for a size that is not known. */
  private static final long USUAL = 512;

  /** Cycles from a multiply-add to one that needs its result. */
  private static final double LATENCY = 4;

  /** Cycles for one element that is not part of a vector to be moved. */
  private static final double SCALAR_MOVE = 1.5;

  /** Sums that leave registers for elements that are used in several steps. */
  private static final int SAFE_SUMS = 8;

  /** How much longer a step takes if a sum is kept in memory. */
  private static final double SPILLED = 2.5;

  /** Cycles to begin and end a tile. */
  private static final double PER_TILE = 20;

  /** Elements of a row of results. */
  int columns() {
    return vectors * lanes;
  }

  /**
   * What is to be tiled.
   *
   * @param batch independent contractions
   * @param rows results along the axis of rows; empty for a size that is not known
   * @param columns results along the axis of columns
   * @param reduction products that are summed up for a result
   * @param isPacked whether the panel is there already
   * @param run how many neighbours along the columns are neighbours in the factor that is packed
   * @param isWrittenInVectors whether neighbours along the columns are neighbours in the result
   * @param overlaps whether several rows read one element of the other factor, in different steps:
   *     compilers keep it in a register then, instead of a sum
   */
  record Task(
      OptionalLong batch,
      OptionalLong rows,
      OptionalLong columns,
      OptionalLong reduction,
      boolean isPacked,
      long run,
      boolean isWrittenInVectors,
      boolean overlaps) {}

  /** The best tile of vectors of {@code lanes} elements that fits into the registers. */
  static ContractionTile choose(Task task, int lanes, int registers) {
    List<ContractionTile> tiles = new ArrayList<>();
    for (int vectors = 1; vectors <= 4; vectors++) {
      int most = (registers - vectors - 1) / vectors;
      for (int rows = 1; rows <= Math.min(most, task.rows().orElse(most)); rows++) {
        tiles.add(new ContractionTile(rows, vectors, lanes, cycles(task, rows, vectors, lanes)));
      }
    }
    return tiles.stream().min(Comparator.comparingDouble(ContractionTile::cycles)).orElseThrow();
  }

  /** The better of two. */
  static @Nullable ContractionTile better(
      @Nullable ContractionTile a, @Nullable ContractionTile b) {
    return a == null || (b != null && b.cycles < a.cycles) ? b : a;
  }

  private static double cycles(Task task, int rows, int vectors, int lanes) {
    double batch = task.batch().orElse(1);
    double down = Math.ceil(task.rows().orElse(USUAL) / (double) rows);
    double across = Math.ceil(task.columns().orElse(USUAL) / (double) (vectors * lanes));
    double steps = task.reduction().orElse(USUAL);
    double arithmetic = rows * vectors / 2.0;
    double loads = (rows + vectors) / 2.0;
    double step = Math.max(LATENCY, Math.max(arithmetic, loads)) + 0.25;
    double elements = (double) vectors * lanes;
    double packed = SCALAR_MOVE * elements / Math.min(lanes, task.run());
    boolean spills = task.overlaps() && rows * vectors > SAFE_SUMS;
    double written =
        task.isWrittenInVectors() ? (double) rows * vectors : SCALAR_MOVE * rows * elements;
    double packing = task.isPacked() ? 0 : batch * across * steps * packed;
    return packing
        + batch * down * across * (steps * step * (spills ? SPILLED : 1) + written + PER_TILE);
  }
}
