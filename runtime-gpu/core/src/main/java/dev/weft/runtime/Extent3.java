package dev.weft.runtime;

/**
 * A three-dimensional extent of a grid (in blocks) or a block (in threads).
 *
 * @param x the fastest dimension
 * @param y the second
 * @param z the slowest
 */
public record Extent3(long x, long y, long z) {
  /** Refuses negative extents; a zero means that there is nothing to do. */
  public Extent3 {
    if (x < 0 || y < 0 || z < 0) {
      throw new IllegalArgumentException(
          "Extent3 must not be negative, got (" + x + ", " + y + ", " + z + ")");
    }
  }

  /** A one-dimensional extent. */
  public static Extent3 of(long x) {
    return new Extent3(x, 1, 1);
  }

  /** The product. */
  public long count() {
    return Math.multiplyExact(Math.multiplyExact(x, y), z);
  }

  @Override
  public String toString() {
    return "(" + x + ", " + y + ", " + z + ")";
  }
}
