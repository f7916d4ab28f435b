package dev.weft.lowering.rules;

import java.util.OptionalLong;

/**
 * The sizes of a tile of results that one thread of a CPU keeps in vector registers.
 *
 * @param rows rows of results
 * @param vectors vectors in a row
 * @param lanes elements of a vector; 1 for scalars
 */
record RegisterTile(int rows, int vectors, int lanes) {
  /** Vector registers: AVX2's 16, the fewest of the CPUs in question. */
  private static final int REGISTERS = 16;

  /** Elements of a row of results. */
  int columns() {
    return vectors * lanes;
  }

  /**
   * The tile that does most multiplications for each load: {@code rows * vectors} for {@code rows +
   * vectors}, among those that divide the columns; rows that don't divide cost their last tile.
   *
   * @param rows extent of the axis that reuses vectors; empty for a symbolic one
   * @param columns extent of the axis of the vectors; empty for a symbolic one
   * @param lanes lanes of the target's vectors
   */
  static RegisterTile choose(OptionalLong rows, OptionalLong columns, int lanes) {
    int usable = columns.isPresent() ? commonPowerOfTwo(columns.getAsLong(), lanes) : 1;
    RegisterTile best = new RegisterTile(1, 1, usable);
    double bestScore = 0;
    for (int v = 1; v <= 4; v++) {
      boolean divides = columns.isPresent() && columns.getAsLong() % ((long) v * usable) == 0;
      if (!divides && v > 1) {
        continue;
      }
      for (int r = 1; registers(r, v) <= REGISTERS && r <= 8; r++) {
        // At least 8 sums are needed to keep two multipliers of 4 cycles' latency busy.
        double reuse = (double) r * v / (r + v) * Math.min(1, r * v / 8.0);
        double score = reuse * filled(rows, r);
        if (score > bestScore) {
          bestScore = score;
          best = new RegisterTile(r, v, usable);
        }
      }
    }
    return best;
  }

  /** The sums, a row of vectors of one factor, and one element of the other in all lanes. */
  private static int registers(int rows, int vectors) {
    return rows * vectors + vectors + 1;
  }

  /** The share of a tiling's rows that exist; a tiling with a cut last tile pays for its guards. */
  private static double filled(OptionalLong rows, int tile) {
    if (rows.isEmpty()) {
      // A row at a time: tiles that stick out of a symbolic size can't be proven to cover it.
      return tile == 1 ? 1 : 0;
    }
    long n = rows.getAsLong();
    long tiles = (n + tile - 1) / tile;
    double share = (double) n / (tiles * tile);
    return n % tile == 0 ? share : share * 0.75;
  }

  private static int commonPowerOfTwo(long n, int limit) {
    int lanes = 1;
    while (lanes * 2 <= limit && n % (lanes * 2L) == 0) {
      lanes *= 2;
    }
    return lanes;
  }
}
