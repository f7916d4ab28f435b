package dev.weft.runtime;

/**
 * The geometry of one launch.
 *
 * @param grid number of blocks (OpenCL: work-groups)
 * @param block threads of a block (OpenCL: local size)
 * @param sharedBytes dynamic shared memory of a block in bytes, beyond what the kernel declares
 */
public record LaunchConfig(Extent3 grid, Extent3 block, long sharedBytes) {
  /** Refuses an empty block and negative shared memory. */
  public LaunchConfig {
    if (block.count() == 0) {
      throw new IllegalArgumentException("LaunchConfig block must not be empty, got " + block);
    }
    if (sharedBytes < 0) {
      throw new IllegalArgumentException(
          "LaunchConfig sharedBytes must not be negative, got " + sharedBytes);
    }
  }

  /** A one-dimensional launch without dynamic shared memory. */
  public static LaunchConfig of(long grid, long block) {
    return new LaunchConfig(Extent3.of(grid), Extent3.of(block), 0);
  }

  /** Whether the grid has no block, so that nothing runs. */
  public boolean isEmpty() {
    return grid.x() == 0 || grid.y() == 0 || grid.z() == 0;
  }

  @Override
  public String toString() {
    return "grid " + grid + " block " + block + (sharedBytes == 0 ? "" : " shared " + sharedBytes);
  }
}
