package dev.weft.lowering.rules;

import dev.weft.lowering.intrin.Mma;
import dev.weft.lowering.intrin.Wgmma;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a matrix product on tensor cores: what a thread block and a warp make, and how the
 * factors come in. The tuner may try others than {@link #choose} does.
 *
 * @param rows rows of the results that a thread block makes
 * @param columns columns of the results that a thread block makes
 * @param depth terms of the sum between two copies
 * @param warpsDown warps that share the rows
 * @param warpsAcross warps that share the columns
 * @param stages copies under way at once, the one that is read included
 * @param tileColumns columns of one instruction
 */
record MmaSketch(
    int rows, int columns, int depth, int warpsDown, int warpsAcross, int stages, int tileColumns) {
  private static final int LANES = 32;

  /** Registers of a thread for sums; addresses, factors and the rest take as many again. */
  private static final int SUMS = 128;

  /** Bytes of a row in shared memory: all banks once. */
  private static final int ROW = 128;

  int threads() {
    return warpsDown * warpsAcross * LANES;
  }

  /** Shared memory of a thread block in bytes. */
  int sharedBytes(int elementBytes) {
    return (rows + columns) * depth * elementBytes * stages;
  }

  /** Tiles by the thread block, fastest first for large products. */
  private static final List<int[]> TILES =
      List.of(
          new int[] {128, 128, 2, 2},
          new int[] {128, 64, 2, 2},
          new int[] {64, 128, 2, 2},
          new int[] {64, 64, 2, 2},
          new int[] {64, 32, 2, 1},
          new int[] {32, 64, 1, 2},
          new int[] {32, 32, 1, 1},
          new int[] {16, 64, 1, 2},
          new int[] {64, 16, 2, 1},
          new int[] {16, 16, 1, 1});

  /**
   * The sketch for a product: of those that fit the target, the one whose blocks are estimated to
   * be through first. A block takes time for its tile and for bringing its factors in; blocks are
   * spread over the cores in rounds.
   *
   * @param m rows, 0 if symbolic: taken as many
   * @param n columns, likewise
   * @param batch products
   */
  static MmaSketch choose(Mma mma, long m, long n, long k, long batch, Target target) {
    int bytes = mma.factors().bytes();
    int depth = Math.max(mma.depth(), ROW / 2 / bytes);
    List<MmaSketch> sketches = new ArrayList<>();
    for (int[] tile : TILES) {
      MmaSketch sketch = fitted(tile, depth, k, bytes, target);
      if (sketch != null) {
        sketches.add(sketch);
      }
    }
    MmaSketch best = fastest(sketches, m, n, batch, target);
    if (best == null) {
      throw new IllegalArgumentException("no tile of 16 by 16 fits " + target);
    }
    return best;
  }

  /**
   * The sketch for a product by warp groups ({@code wgmma}), of factors of 16 bits; null if the
   * product is too small for it.
   */
  static @Nullable MmaSketch chooseGroups(long m, long n, long batch, Target target) {
    if ((m != 0 && m < 64) || (n != 0 && n < 64)) {
      return null;
    }
    List<MmaSketch> sketches = new ArrayList<>();
    for (int[] tile : new int[][] {{128, 256}, {128, 128}, {64, 256}, {64, 128}, {64, 64}}) {
      // Arrays of more than 48 KiB begin at a multiple of 1024 bytes, as the swizzle needs.
      MmaSketch sketch = new MmaSketch(tile[0], tile[1], Wgmma.DEPTH, tile[0] / 16, 1, 4, tile[1]);
      if (sketch.sharedBytes(2) <= target.limits().sharedBytes()) {
        sketches.add(sketch);
      }
    }
    return fastest(sketches, m, n, batch, target);
  }

  private static @Nullable MmaSketch fastest(
      List<MmaSketch> sketches, long m, long n, long batch, Target target) {
    MmaSketch best = null;
    double least = Double.POSITIVE_INFINITY;
    for (MmaSketch sketch : sketches) {
      int r = sketch.rows;
      int c = sketch.columns;
      double blocks = (double) blocks(m, r) * blocks(n, c) * batch;
      double rounds = Math.ceil(blocks / target.limits().cores());
      // A tile of r by c multiplies r*c and brings in r+c elements a term; the second is dearer.
      double cost = (double) r * c + 64.0 * (r + c);
      if (rounds * cost < least) {
        least = rounds * cost;
        best = sketch;
      }
    }
    return best;
  }

  private static long blocks(long size, int tile) {
    return size == 0 ? 64 : Math.ceilDiv(size, tile);
  }

  /** The tile with as many stages as there are steps and room for, at least two; else null. */
  private static @Nullable MmaSketch fitted(
      int[] tile, int depth, long k, int bytes, Target target) {
    int steps = k == 0 ? 4 : (int) Math.min(4, Math.ceilDiv(k, depth));
    for (int stages = Math.max(2, steps); stages >= 2; stages--) {
      MmaSketch sketch = new MmaSketch(tile[0], tile[1], depth, tile[2], tile[3], stages, 16);
      // Two blocks on a core hide each other's waits.
      if (sketch.sharedBytes(bytes) <= target.limits().sharedBytes() / 2
          && sketch.sumsPerThread() <= SUMS) {
        return sketch;
      }
    }
    return null;
  }

  private int sumsPerThread() {
    return rows * columns / threads();
  }
}
