package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import java.util.Arrays;

/**
 * The fragments of matrices that warps hold in their registers together. Which lane has which
 * element is nobody's business, so only matrix operations reach them; here a matrix lies row by
 * row.
 */
final class FragmentMemory extends Memory {
  private final Machine machine;
  private final DType element;
  private final int elements;
  private final double[] values;
  private final boolean[] written;

  /**
   * @param elements of all fragments of a warp together
   */
  FragmentMemory(String name, Machine machine, DType element, int elements) {
    super(name);
    this.machine = machine;
    this.element = element;
    this.elements = elements;
    int count = Math.multiplyExact(elements, machine.warps());
    this.values = new double[count];
    this.written = new boolean[count];
  }

  /** A block begins with nothing in its fragments. */
  void clear() {
    Arrays.fill(written, false);
  }

  @Override
  long bytes() {
    return (long) elements * element.bytes();
  }

  DType element() {
    return element;
  }

  /** Whether there are {@code count} elements from {@code first}; if not, it is noted. */
  boolean holds(long first, int count, int warp, Site site) {
    if (first >= 0 && first + count <= elements) {
      return true;
    }
    machine.findings.add(
        Finding.Kind.OUT_OF_BOUNDS,
        site,
        () ->
            "warp "
                + warp
                + " uses elements from "
                + first
                + " of the fragments '"
                + name
                + "', which have "
                + elements);
    return false;
  }

  /** Reads {@code count} elements of a warp. */
  double[] read(long first, int count, int warp, Site site) {
    int from = (int) first + warp * elements;
    for (int i = from; i < from + count; i++) {
      if (!written[i]) {
        machine.findings.add(
            Finding.Kind.UNINITIALISED_READ,
            site,
            () -> "warp " + warp + " reads a fragment of '" + name + "' that it has not written");
        break;
      }
    }
    return Arrays.copyOfRange(values, from, from + count);
  }

  /** Writes elements of a warp, rounded to the fragments' type. */
  void write(long first, double[] matrix, int warp) {
    int to = (int) first + warp * elements;
    for (int i = 0; i < matrix.length; i++) {
      values[to + i] =
          element.isFloat()
              ? Scalars.round(element, matrix[i])
              : Scalars.wrap(element, (long) matrix[i]);
      written[to + i] = true;
    }
  }

  private SimtException opaque() {
    return Machine.refuse("an access of single elements of the fragments '" + name + "'");
  }

  @Override
  boolean beginRead(long at, int bytes, int thread, Site site) {
    throw opaque();
  }

  @Override
  double getFloat(DType dtype, long at, int thread) {
    throw opaque();
  }

  @Override
  long getInt(DType dtype, long at, int thread) {
    throw opaque();
  }

  @Override
  void setFloat(DType dtype, long at, int thread, double value, Site site, boolean atomic) {
    throw opaque();
  }

  @Override
  void setInt(DType dtype, long at, int thread, long value, Site site, boolean atomic) {
    throw opaque();
  }
}
