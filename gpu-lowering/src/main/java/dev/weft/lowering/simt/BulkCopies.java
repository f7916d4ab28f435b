package dev.weft.lowering.simt;

import dev.weft.lowering.intrin.BulkTensorCopy;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Copies of boxes of tensors by the copy engine ({@code cp.async.bulk.tensor}). A load takes what
 * the tensor holds when it starts and completes on a barrier object; a store reads shared memory
 * past the threads, who have to make what they wrote there visible.
 */
final class BulkCopies {
  /** Bytes that stay together however rows are permuted. */
  private static final int PIECE = 16;

  /** What the place of a box in shared memory is a multiple of: the swizzle's pattern, or 128. */
  private static final int ALIGNMENT = 128;

  private final Machine machine;
  private final ExprCompiler exprs;
  private final AccessCompiler accesses;
  private final BarrierObjects barriers;

  BulkCopies(
      Machine machine, ExprCompiler exprs, AccessCompiler accesses, BarrierObjects barriers) {
    this.machine = machine;
    this.exprs = exprs;
    this.accesses = accesses;
    this.barriers = barriers;
  }

  /** The copy as a statement. */
  Runnable compile(Expr.Call call) {
    BulkTensorCopy copy = BulkTensorCopy.of(call);
    BulkTensorCopy.Map map = copy.map();
    Memories.Slot shared = slot(copy.shared());
    Memories.Slot global = slot(map.global());
    Longs offset = exprs.longs(copy.offset(), 0);
    Longs barrier = exprs.longs(copy.barrier(), 1);
    List<Longs> coordinates = new ArrayList<>();
    for (Expr coordinate : copy.coordinates()) {
      coordinates.add(exprs.longs(coordinate, 2 + coordinates.size()));
    }
    Site site = exprs.site();
    int bytes = map.dtype().bytes();
    return () -> {
      machine.count(InstructionKind.ASYNC_COPY);
      long[] at = offset.eval().clone();
      long[] objects = barrier.eval().clone();
      List<long[]> corners = coordinates.stream().map(c -> c.eval().clone()).toList();
      for (int t : machine.active.list()) {
        long start = at[t] * bytes;
        int thread = t;
        long[] corner = corners.stream().mapToLong(c -> c[thread]).toArray();
        if (!fits(shared.bytes(), start, map, t, site)) {
          continue;
        }
        if (copy.isLoad()) {
          load(map, global.bytes(), shared.bytes(), start, objects[t], corner, t, site);
        } else {
          store(map, global.bytes(), shared.bytes(), start, corner, t, site);
        }
      }
    };
  }

  private Memories.Slot slot(Var data) {
    return accesses.memory(data);
  }

  private boolean fits(
      SharedBytes shared, long start, BulkTensorCopy.Map map, int thread, Site site) {
    int alignment = map.swizzle() == 0 ? ALIGNMENT : 8 * map.swizzle();
    if (start % alignment != 0) {
      machine.findings.add(
          Finding.Kind.MISALIGNED_ACCESS,
          site,
          () ->
              machine.thread(thread)
                  + " copies a box at byte "
                  + start
                  + " of '"
                  + shared.name
                  + "', which is not aligned to "
                  + alignment);
    }
    boolean inside = start >= 0 && start + map.boxBytes() <= shared.bytes();
    if (!inside) {
      machine.findings.add(
          Finding.Kind.OUT_OF_BOUNDS,
          site,
          () ->
              machine.thread(thread)
                  + " copies "
                  + map.boxBytes()
                  + " bytes at byte "
                  + start
                  + " of '"
                  + shared.name
                  + "', which has "
                  + shared.bytes());
    }
    return inside;
  }

  /** A step for each row of a box: the row's first byte in the box and its indices. */
  private interface Row {
    void run(long inBox, long[] indices);
  }

  private static void rows(BulkTensorCopy.Map map, long[] corner, Row row) {
    int rank = corner.length;
    long count = 1;
    for (int d = 0; d < rank - 1; d++) {
      count *= map.box().get(d);
    }
    long rowBytes = (long) map.box().getLast() * map.dtype().bytes();
    for (long r = 0; r < count; r++) {
      long[] indices = corner.clone();
      long rest = r;
      for (int d = rank - 2; d >= 0; d--) {
        indices[d] += rest % map.box().get(d);
        rest /= map.box().get(d);
      }
      row.run(r * rowBytes, indices);
    }
  }

  /** Elements of a row that are within the tensor: first, and behind the last. */
  private static long[] inside(BulkTensorCopy.Map map, long[] indices) {
    int last = indices.length - 1;
    for (int d = 0; d < last; d++) {
      if (indices[d] < 0 || indices[d] >= map.shape().get(d)) {
        return new long[] {0, 0};
      }
    }
    long from = Math.max(0, -indices[last]);
    long to = Math.min(map.box().getLast(), map.shape().get(last) - indices[last]);
    return new long[] {from, Math.max(from, to)};
  }

  private static long element(BulkTensorCopy.Map map, long[] indices) {
    long at = 0;
    for (int d = 0; d < indices.length; d++) {
      at += indices[d] * map.strides().get(d);
    }
    return at;
  }

  private void load(
      BulkTensorCopy.Map map,
      SharedBytes global,
      SharedBytes shared,
      long start,
      long object,
      long[] corner,
      int thread,
      Site site) {
    int bytes = map.dtype().bytes();
    rows(
        map,
        corner,
        (inBox, indices) -> {
          byte[] row = new byte[map.box().getLast() * bytes];
          long[] part = inside(map, indices);
          int length = (int) (part[1] - part[0]) * bytes;
          long from = (element(map, indices) + part[0]) * bytes;
          if (length > 0
              && isGlobal(global, from, length, thread, site)
              && global.beginRead(from, length, thread, site)) {
            System.arraycopy(global.copy(from, length), 0, row, (int) part[0] * bytes, length);
          }
          for (int at = 0; at < row.length; at += PIECE) {
            MemorySegment piece = MemorySegment.ofArray(row).asSlice(at, PIECE);
            long to = map.place(start + inBox + at);
            barriers.start(object, new BarrierObjects.Piece(shared, to, piece, thread, site));
          }
        });
  }

  private void store(
      BulkTensorCopy.Map map,
      SharedBytes global,
      SharedBytes shared,
      long start,
      long[] corner,
      int thread,
      Site site) {
    machine.checkFenced(site);
    int bytes = map.dtype().bytes();
    rows(
        map,
        corner,
        (inBox, indices) -> {
          byte[] row = new byte[map.box().getLast() * bytes];
          for (int at = 0; at < row.length; at += PIECE) {
            long from = map.place(start + inBox + at);
            if (shared.beginRead(from, PIECE, thread, site)) {
              System.arraycopy(shared.copy(from, PIECE), 0, row, at, PIECE);
            }
          }
          long[] part = inside(map, indices);
          int length = (int) (part[1] - part[0]) * bytes;
          long to = (element(map, indices) + part[0]) * bytes;
          if (length > 0 && isGlobal(global, to, length, thread, site)) {
            byte[] data =
                Arrays.copyOfRange(row, (int) part[0] * bytes, (int) part[0] * bytes + length);
            global.writeBytes(to, data, thread, site);
          }
        });
  }

  /** The tensor map's own extents may be larger than the memory: that is a wrong map. */
  private boolean isGlobal(SharedBytes global, long at, int length, int thread, Site site) {
    boolean inside = at >= 0 && at + length <= global.bytes();
    if (!inside) {
      machine.findings.add(
          Finding.Kind.OUT_OF_BOUNDS,
          site,
          () ->
              machine.thread(thread)
                  + " copies "
                  + length
                  + " bytes at byte "
                  + at
                  + " of '"
                  + global.name
                  + "', which has "
                  + global.bytes());
    }
    return inside;
  }
}
