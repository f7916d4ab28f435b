package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import java.util.Arrays;

/** Memory of single threads. Each has elements of one type of its own. */
final class LocalMemory extends Memory {
  private final Machine machine;
  private final DType element;
  private final int elements;
  private final int unit;

  /** {@code [element * threads + thread]}; one of the two is empty. */
  private final double[] floats;

  private final long[] ints;
  private final boolean[] written;

  /**
   * @param element the scalar type of every buffer over this memory
   * @param elements how many each thread has
   */
  LocalMemory(String name, Machine machine, DType element, int elements) {
    super(name);
    this.machine = machine;
    this.element = element;
    this.elements = elements;
    this.unit = element.bytes();
    int count = Math.multiplyExact(elements, machine.threads);
    this.floats = new double[element.isFloat() ? count : 0];
    this.ints = new long[element.isFloat() ? 0 : count];
    this.written = new boolean[count];
  }

  /** Threads that enter the scope of the memory find nothing written in it. */
  void enter(Lanes active) {
    if (active.isFull()) {
      Arrays.fill(written, false);
      return;
    }
    for (int e = 0; e < elements; e++) {
      for (int t : active.list()) {
        written[e * machine.threads + t] = false;
      }
    }
  }

  @Override
  long bytes() {
    return (long) elements * unit;
  }

  @Override
  boolean beginRead(long at, int bytes, int thread, Site site) {
    if (!written[cell(at, thread)]) {
      machine.findings.add(
          Finding.Kind.UNINITIALISED_READ,
          site,
          () ->
              machine.thread(thread)
                  + " reads element "
                  + at / unit
                  + " of '"
                  + name
                  + "', which it has not written");
      return false;
    }
    return true;
  }

  @Override
  double getFloat(DType dtype, long at, int thread) {
    return floats[cell(at, thread)];
  }

  @Override
  long getInt(DType dtype, long at, int thread) {
    return ints[cell(at, thread)];
  }

  @Override
  void setFloat(DType dtype, long at, int thread, double value, Site site, boolean atomic) {
    int cell = cell(at, thread);
    floats[cell] = dtype.bits() >= 32 ? value : Scalars.round(element, value);
    written[cell] = true;
  }

  @Override
  void setInt(DType dtype, long at, int thread, long value, Site site, boolean atomic) {
    int cell = cell(at, thread);
    ints[cell] = value;
    written[cell] = true;
  }

  private int cell(long at, int thread) {
    return (int) (at / unit) * machine.threads + thread;
  }
}
