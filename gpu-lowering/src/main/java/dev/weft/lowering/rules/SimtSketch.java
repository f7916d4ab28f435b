package dev.weft.lowering.rules;

import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a matrix product on the arithmetic units of a GPU's threads: what a thread, a warp
 * and a thread block make, and how the factors come in. The tuner may try others than {@link
 * #choose} does.
 *
 * @param threadRows rows of the results that a thread makes
 * @param threadColumns columns of the results that a thread makes
 * @param warpsDown warps that share the rows
 * @param warpsAcross warps that share the columns
 * @param depth terms of the sum between two copies
 * @param stages copies under way at once, the one that is read included
 */
record SimtSketch(
    int threadRows, int threadColumns, int warpsDown, int warpsAcross, int depth, int stages) {
  /** Lanes of a warp that share its rows; the others share its columns. */
  static final int LANES_DOWN = 4;

  static final int LANES_ACROSS = 8;

  /** What every kernel may declare, so that two blocks of large tiles fit on a multiprocessor. */
  private static final int SHARED = 48 << 10;

  /** Bytes of a thread's registers for sums; factors and addresses take as many again. */
  private static final int SUMS = 256;

  private static final int MOST_STAGES = 3;

  /** Rows and columns by the thread, then warps down and across, by the block. */
  private static final List<int[]> TILES =
      List.of(
          new int[] {8, 8, 4, 2},
          new int[] {8, 8, 4, 1},
          new int[] {8, 8, 2, 2},
          new int[] {4, 4, 4, 2},
          new int[] {4, 4, 2, 1},
          new int[] {4, 4, 1, 1});

  int rows() {
    return threadRows * LANES_DOWN * warpsDown;
  }

  int columns() {
    return threadColumns * LANES_ACROSS * warpsAcross;
  }

  int threads() {
    return LANES_DOWN * LANES_ACROSS * warpsDown * warpsAcross;
  }

  /**
   * The sketch for a product: of those that fit the target, the one whose blocks are estimated to
   * be through first; null if none fits.
   *
   * @param m rows, 0 if symbolic: taken as many
   * @param n columns, likewise
   * @param batch products
   * @param factorBytes of one element of each factor together
   * @param narrowest bytes of one element of the narrower factor
   * @param sumBytes of one result
   */
  static @Nullable SimtSketch choose(
      long m, long n, long batch, int factorBytes, int narrowest, int sumBytes, Target target) {
    // Rows of terms have at least 32 bytes, which permuted rows need.
    int depth = Math.max(factorBytes > 8 ? 8 : 16, 32 / narrowest);
    SimtSketch best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int[] tile : TILES) {
      SimtSketch sketch = fitted(tile, depth, factorBytes, sumBytes, target);
      if (sketch == null) {
        continue;
      }
      double blocks = (double) blocks(m, sketch.rows()) * blocks(n, sketch.columns()) * batch;
      double rounds = Math.ceil(blocks / target.limits().cores());
      if (rounds * sketch.cost() < least) {
        least = rounds * sketch.cost();
        best = sketch;
      }
    }
    return best;
  }

  /** Time of a block a term: multiplying, reading shared memory, bringing the factors in. */
  private double cost() {
    double results = (double) rows() * columns();
    double reads = 2.0 * (threadRows + threadColumns) / (threadRows * threadColumns);
    return results * (1 + reads) + 16.0 * (rows() + columns());
  }

  private static long blocks(long size, int tile) {
    return size == 0 ? 64 : Math.ceilDiv(size, tile);
  }

  private static @Nullable SimtSketch fitted(
      int[] tile, int depth, int factorBytes, int sumBytes, Target target) {
    boolean asynchronous = target.capabilities().features().contains(Feature.ASYNC_COPY);
    for (int stages = asynchronous ? MOST_STAGES : 2; stages >= 2; stages--) {
      SimtSketch sketch = new SimtSketch(tile[0], tile[1], tile[2], tile[3], depth, stages);
      long shared = (long) Math.max(sketch.rows(), sketch.columns()) * depth * stages * factorBytes;
      if (shared <= Math.min(SHARED, target.limits().sharedBytes())
          && sketch.threads() <= target.limits().maxThreads()
          && tile[0] * tile[1] * sumBytes <= Math.max(SUMS, target.limits().localBytes())) {
        return sketch;
      }
    }
    return null;
  }
}
