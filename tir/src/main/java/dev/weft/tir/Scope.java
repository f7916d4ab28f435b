package dev.weft.tir;

import java.util.Locale;

/**
 * A memory scope: where a buffer lives, and a tag that names a special memory there ({@code
 * global.A_reg}, {@code shared.dyn}, {@code wmma.matrix_a}).
 *
 * @param rank how far from the threads the memory is
 * @param tag the special memory, without the leading dot; empty for none
 */
public record Scope(Rank rank, String tag) {
  /** Device memory. */
  public static final Scope GLOBAL = new Scope(Rank.GLOBAL, "");

  /** Memory of a thread block. */
  public static final Scope SHARED = new Scope(Rank.SHARED, "");

  /** Memory of a thread block whose size is given at launch. */
  public static final Scope SHARED_DYN = new Scope(Rank.SHARED, "dyn");

  /** Registers of a warp, reached by shuffles. */
  public static final Scope WARP = new Scope(Rank.WARP, "");

  /** Registers of a thread. */
  public static final Scope LOCAL = new Scope(Rank.LOCAL, "");

  /** The kinds of memory, from the one all threads share to the one of a single thread. */
  public enum Rank {
    GLOBAL("global"),
    SHARED("shared"),
    WARP("warp"),
    LOCAL("local"),
    WMMA_MATRIX_A("wmma.matrix_a"),
    WMMA_MATRIX_B("wmma.matrix_b"),
    WMMA_ACCUMULATOR("wmma.accumulator"),
    TEXTURE("texture"),
    MMA_MATRIX_A("m16n8k8.matrixA"),
    MMA_MATRIX_B("m16n8k8.matrixB"),
    MMA_MATRIX_C("m16n8k8.matrixC");

    /** The scope's name in TVMScript. */
    public final String text;

    Rank(String text) {
      this.text = text;
    }

    /** Whether this is a tensor-core fragment, spread over the registers of a warp. */
    public boolean isFragment() {
      return switch (this) {
        case WMMA_MATRIX_A,
            WMMA_MATRIX_B,
            WMMA_ACCUMULATOR,
            MMA_MATRIX_A,
            MMA_MATRIX_B,
            MMA_MATRIX_C ->
            true;
        case GLOBAL, SHARED, WARP, LOCAL, TEXTURE -> false;
      };
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if no scope begins like {@code text}
   */
  public static Scope parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    Rank best = null;
    for (Rank rank : Rank.values()) {
      String name = rank.text.toLowerCase(Locale.ROOT);
      boolean matches = lower.equals(name) || lower.startsWith(name + ".");
      if (matches && (best == null || rank.text.length() > best.text.length())) {
        best = rank;
      }
    }
    if (best == null) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a storage scope; known are global, shared, shared.dyn, warp, local,"
              + " wmma.matrix_a, wmma.matrix_b, wmma.accumulator, each with an optional .tag");
    }
    int length = best.text.length();
    return new Scope(best, text.length() > length ? text.substring(length + 1) : "");
  }

  @Override
  public String toString() {
    return tag.isEmpty() ? rank.text : rank.text + "." + tag;
  }
}
