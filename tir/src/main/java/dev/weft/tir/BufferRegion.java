package dev.weft.tir;

import java.util.List;

/**
 * A box of a buffer.
 *
 * @param buffer the buffer
 * @param region one range a dimension
 */
public record BufferRegion(Buffer buffer, List<Range> region) {
  /** Checks the number of dimensions. */
  public BufferRegion {
    region = List.copyOf(region);
    if (region.size() != buffer.rank()) {
      throw new IllegalArgumentException(
          "BufferRegion of '"
              + buffer.name()
              + "' has "
              + region.size()
              + " ranges, the buffer "
              + buffer.rank()
              + " dimensions");
    }
  }

  /** One element. */
  public static BufferRegion point(Buffer buffer, List<Expr> indices) {
    return new BufferRegion(buffer, indices.stream().map(Range::point).toList());
  }
}
