package dev.weft.graph.plan;

import dev.weft.base.IntExpr;
import dev.weft.graph.SizeAlgebra;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lays values out in one pool. Those of static size come first: the largest before the smaller
 * ones, each in the tightest gap between the values that are needed at the same time (Pisarchyk and
 * Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, "greedy by size"). Those
 * of symbolic size follow in slots; a slot is used again when its size is known to be enough.
 */
final class Pool {
  private record Block(Planner.Lifetime value, long offset, long bytes) {}

  /** Room for values of symbolic size that are never needed at the same time. */
  private static final class Slot {
    private final IntExpr bytes;
    private final List<Planner.Lifetime> values = new ArrayList<>();

    Slot(IntExpr bytes) {
      this.bytes = bytes;
    }

    boolean isFreeFor(Planner.Lifetime value) {
      return values.stream().noneMatch(value::overlaps);
    }
  }

  private final IdentityHashMap<Planner.Lifetime, Place> places = new IdentityHashMap<>();
  private final List<Block> blocks = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private IntExpr bytes = IntExpr.of(0);
  private IntExpr unshared = IntExpr.of(0);

  Pool(List<Planner.Lifetime> values) {
    for (Planner.Lifetime value : values) {
      unshared = SizeAlgebra.plus(unshared, aligned(value.bytes()));
    }
    values.stream()
        .filter(value -> SizeAlgebra.constant(value.bytes()) != null)
        .sorted(Comparator.comparingLong(Pool::constantBytes).reversed())
        .forEach(this::placeStatic);
    long end = blocks.stream().mapToLong(block -> block.offset + block.bytes).max().orElse(0);
    bytes = IntExpr.of(end);
    values.stream()
        .filter(value -> SizeAlgebra.constant(value.bytes()) == null)
        .forEach(this::placeSymbolic);
    for (Slot slot : slots) {
      for (Planner.Lifetime value : slot.values) {
        places.put(value, new Place.Pool(bytes, value.bytes()));
      }
      bytes = SizeAlgebra.plus(bytes, slot.bytes);
    }
  }

  IdentityHashMap<Planner.Lifetime, Place> places() {
    return places;
  }

  IntExpr bytes() {
    return bytes;
  }

  IntExpr unsharedBytes() {
    return unshared;
  }

  private static IntExpr aligned(IntExpr size) {
    return SizeAlgebra.times(
        SizeAlgebra.ceilDiv(size, MemoryPlan.ALIGNMENT), IntExpr.of(MemoryPlan.ALIGNMENT));
  }

  private static long constantBytes(Planner.Lifetime value) {
    Long size = SizeAlgebra.constant(aligned(value.bytes()));
    return size == null ? 0 : size;
  }

  private void placeStatic(Planner.Lifetime value) {
    long size = constantBytes(value);
    List<Block> busy =
        blocks.stream()
            .filter(block -> block.value.overlaps(value))
            .sorted(Comparator.comparingLong(Block::offset))
            .toList();
    long best = -1;
    long bestGap = Long.MAX_VALUE;
    long free = 0;
    for (Block block : busy) {
      long gap = block.offset - free;
      if (gap >= size && gap < bestGap) {
        best = free;
        bestGap = gap;
      }
      free = Math.max(free, block.offset + block.bytes);
    }
    long offset = best >= 0 ? best : free;
    blocks.add(new Block(value, offset, size));
    places.put(value, new Place.Pool(IntExpr.of(offset), value.bytes()));
  }

  private void placeSymbolic(Planner.Lifetime value) {
    IntExpr size = aligned(value.bytes());
    Slot slot = freeSlot(value, size);
    if (slot == null) {
      slot = new Slot(size);
      slots.add(slot);
    }
    slot.values.add(value);
  }

  /** The free slot that fits best: of the same size, or known to be larger by the least. */
  private @Nullable Slot freeSlot(Planner.Lifetime value, IntExpr size) {
    Slot best = null;
    long bestSpare = Long.MAX_VALUE;
    for (Slot slot : slots) {
      Long spare = SizeAlgebra.constant(SizeAlgebra.minus(slot.bytes, size));
      if (spare != null && spare >= 0 && spare < bestSpare && slot.isFreeFor(value)) {
        best = slot;
        bestSpare = spare;
      }
    }
    return best;
  }
}
