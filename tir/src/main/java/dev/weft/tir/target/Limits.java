package dev.weft.tir.target;

/**
 * The sizes that a kernel must keep within.
 *
 * @param maxThreads threads in a block
 * @param maxThreadsX threads in a block along x
 * @param maxThreadsY threads in a block along y
 * @param maxThreadsZ threads in a block along z
 * @param sharedBytes shared memory of a block
 * @param localBytes registers of a thread in bytes: what a register tile should stay within
 * @param warpSize threads that run in lockstep; 1 where there is no such thing
 * @param vectorBytes widest vector worth using for loads, stores and arithmetic
 * @param cores compute units
 */
public record Limits(
    int maxThreads,
    int maxThreadsX,
    int maxThreadsY,
    int maxThreadsZ,
    int sharedBytes,
    int localBytes,
    int warpSize,
    int vectorBytes,
    int cores) {
  /** Checks that every limit is positive. */
  public Limits {
    check("maxThreads", maxThreads);
    check("maxThreadsX", maxThreadsX);
    check("maxThreadsY", maxThreadsY);
    check("maxThreadsZ", maxThreadsZ);
    check("sharedBytes", sharedBytes);
    check("localBytes", localBytes);
    check("warpSize", warpSize);
    check("vectorBytes", vectorBytes);
    check("cores", cores);
  }

  private static void check(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("Limits." + name + " must be at least 1, got " + value);
    }
  }

  /** The most threads of a block along an axis: 0 for x, 1 for y, 2 for z. */
  public int maxThreads(int axis) {
    return switch (axis) {
      case 0 -> maxThreadsX;
      case 1 -> maxThreadsY;
      case 2 -> maxThreadsZ;
      default -> throw new IllegalArgumentException("no thread axis " + axis);
    };
  }
}
