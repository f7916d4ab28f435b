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
   * vectors}, among those that divide rows and columns.
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

  /**
   * Whether a tiling's rows are whole tiles. Others are left out: the schedule can't prove yet that
   * tiles which stick out cover their rows, and their guards cost more than smaller tiles.
   */
  private static int filled(OptionalLong rows, int tile) {
    boolean whole = rows.isPresent() ? rows.getAsLong() % tile == 0 : tile == 1;
    return whole ? 1 : 0;
  }

  private static int commonPowerOfTwo(long n, int limit) {
    int lanes = 1;
    while (lanes * 2 <= limit && n % (lanes * 2L) == 0) {
      lanes *= 2;
    }
    return lanes;
  }
}
