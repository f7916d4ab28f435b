package dev.weft.compiler.plan;

import dev.weft.base.IntExpr;
import dev.weft.runtime.plan.LaunchPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each intermediate lies in the one pool of a plan: two that are alive at the same time don't
 * overlap, others may share memory.
 *
 * <p>Buffers of known size are placed largest first, each at the lowest offset that is free during
 * its life (greedy by size, Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net
 * Inference", 2020). Buffers of symbolic size follow behind them: those of one size share slots in
 * the order of their lives.
 *
 * @param offsets of each buffer in bytes, multiples of {@link LaunchPlan#ALIGNMENT}
 * @param bytes the size of the pool
 */
record PoolLayout(Map<String, IntExpr> offsets, IntExpr bytes) {
  /** A buffer's size, and the first and last instruction that touch it. */
  record Life(String buffer, IntExpr bytes, int first, int last) {
    boolean overlaps(Life other) {
      return first <= other.last && other.first <= last;
    }
  }

  private record Placed(Life life, long offset, long size) {}

  static PoolLayout of(List<Life> lives) {
    Map<String, IntExpr> offsets = new HashMap<>();
    long end = placeStatic(lives, offsets);
    IntExpr total = placeSymbolic(lives, offsets, IntExpr.of(end));
    return new PoolLayout(offsets, total);
  }

  private static long placeStatic(List<Life> lives, Map<String, IntExpr> offsets) {
    List<Placed> placed = new ArrayList<>();
    long end = 0;
    List<Life> bySize =
        lives.stream()
            .filter(life -> life.bytes instanceof IntExpr.Const)
            .sorted(Comparator.comparingLong(PoolLayout::size).reversed())
            .toList();
    for (Life life : bySize) {
      long size = aligned(size(life));
      long offset = 0;
      List<Placed> inTheWay =
          placed.stream()
              .filter(other -> other.life.overlaps(life))
              .sorted(Comparator.comparingLong(Placed::offset))
              .toList();
      for (Placed other : inTheWay) {
        if (other.offset - offset >= size) {
          break;
        }
        offset = Math.max(offset, other.offset + other.size);
      }
      placed.add(new Placed(life, offset, size));
      offsets.put(life.buffer, IntExpr.of(offset));
      end = Math.max(end, offset + size);
    }
    return end;
  }

  private static long size(Life life) {
    return life.bytes instanceof IntExpr.Const(long bytes) ? bytes : 0;
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(Math.max(bytes, 1), LaunchPlan.ALIGNMENT) * LaunchPlan.ALIGNMENT;
  }

  /** A stretch of the pool for buffers of one symbolic size, one after the other in time. */
  private record Slot(IntExpr bytes, IntExpr offset, List<Life> users) {}

  private static IntExpr placeSymbolic(
      List<Life> lives, Map<String, IntExpr> offsets, IntExpr begin) {
    List<Slot> slots = new ArrayList<>();
    IntExpr end = begin;
    for (Life life : lives) {
      if (life.bytes instanceof IntExpr.Const) {
        continue;
      }
      Slot slot =
          slots.stream()
              .filter(s -> s.bytes.equals(life.bytes) && s.users.stream().noneMatch(life::overlaps))
              .findFirst()
              .orElse(null);
      if (slot == null) {
        slot = new Slot(life.bytes, end, new ArrayList<>());
        slots.add(slot);
        IntExpr alignment = IntExpr.of(LaunchPlan.ALIGNMENT);
        end = end.plus(life.bytes.ceilDiv(LaunchPlan.ALIGNMENT).times(alignment));
      }
      slot.users.add(life);
      offsets.put(life.buffer, slot.offset);
    }
    return end;
  }
}
