package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.LaunchConfig;
import java.util.List;
import java.util.Map;

/**
 * The geometry of a launch in terms of sizes.
 *
 * @param grid blocks in x, y and z
 * @param block threads of a block in x, y and z
 * @param sharedBytes dynamic shared memory of a block in bytes
 */
public record LaunchGeometry(List<IntExpr> grid, List<IntExpr> block, IntExpr sharedBytes) {
  /** Checks that there are three extents each. */
  public LaunchGeometry {
    grid = List.copyOf(grid);
    block = List.copyOf(block);
    if (grid.size() != 3 || block.size() != 3) {
      throw new IllegalArgumentException(
          "LaunchGeometry takes 3 extents each, got grid " + grid + " and block " + block);
    }
  }

  /** One-dimensional, without dynamic shared memory. */
  public static LaunchGeometry of(IntExpr grid, IntExpr block) {
    IntExpr one = IntExpr.of(1);
    return new LaunchGeometry(List.of(grid, one, one), List.of(block, one, one), IntExpr.of(0));
  }

  /** The geometry under the given sizes. */
  public LaunchConfig evaluate(Map<String, Long> sizes) {
    return new LaunchConfig(extent(grid, sizes), extent(block, sizes), sharedBytes.evaluate(sizes));
  }

  private static Extent3 extent(List<IntExpr> dims, Map<String, Long> sizes) {
    return new Extent3(
        dims.get(0).evaluate(sizes), dims.get(1).evaluate(sizes), dims.get(2).evaluate(sizes));
  }

  @Override
  public String toString() {
    return "grid " + grid + " block " + block + " shared " + sharedBytes;
  }
}
