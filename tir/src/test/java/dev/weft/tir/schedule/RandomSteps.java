package dev.weft.tir.schedule;

import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Applies a random primitive to random blocks and loops. */
final class RandomSteps {
  private static final List<String> SCOPES = List.of("global", "shared", "local");

  private RandomSteps() {}

  /** What was done; null if there was nothing to choose from. */
  static @Nullable String apply(Schedule schedule, Random random) {
    List<BlockRef> blocks = new ArrayList<>();
    collect(schedule, schedule.getBlock("root"), blocks);
    BlockRef block = pick(blocks, random);
    List<LoopRef> loops = schedule.getLoops(block);
    int kind = random.nextInt(22);
    String scope = pick(SCOPES, random);
    if (kind >= 12) {
      return ofBlock(schedule, random, kind, block, blocks, scope);
    }
    if (loops.isEmpty()) {
      return null;
    }
    LoopRef loop = pick(loops, random);
    String what = " " + loop + " of " + block;
    return switch (kind) {
      case 0, 1, 2 -> {
        int factor = 1 + random.nextInt(4);
        boolean first = random.nextBoolean();
        yield "split"
            + what
            + " "
            + (first ? schedule.split(loop, factor, null) : schedule.split(loop, null, factor));
      }
      case 3 -> {
        int from = random.nextInt(loops.size());
        int to = from + 1 + random.nextInt(loops.size() - from);
        yield "fuse " + schedule.fuse(loops.subList(from, to), true);
      }
      case 4, 5 -> {
        List<LoopRef> order = new ArrayList<>(loops);
        Collections.shuffle(order, random);
        List<LoopRef> some = order.subList(0, Math.min(order.size(), 2 + random.nextInt(2)));
        schedule.reorder(some);
        yield "reorder " + some;
      }
      case 6 -> {
        schedule.parallel(loop);
        yield "parallel" + what;
      }
      case 7 -> {
        schedule.vectorize(loop);
        yield "vectorize" + what;
      }
      case 8 -> {
        schedule.unroll(loop);
        yield "unroll" + what;
      }
      case 9 -> {
        yield "decomposeReduction" + what + schedule.decomposeReduction(block, loop);
      }
      case 10 -> {
        yield "rfactor" + what + schedule.rfactor(loop, random.nextInt(3));
      }
      default -> {
        yield "blockize" + what + schedule.blockize(loop);
      }
    };
  }

  private static @Nullable String ofBlock(
      Schedule schedule,
      Random random,
      int kind,
      BlockRef block,
      List<BlockRef> blocks,
      String scope) {
    return switch (kind) {
      case 12 -> {
        yield "cacheRead " + block + schedule.cacheRead(block, 0, scope);
      }
      case 13 -> {
        yield "cacheWrite " + block + schedule.cacheWrite(block, 0, scope);
      }
      case 14, 15, 16, 17 -> {
        List<LoopRef> others = schedule.getLoops(pick(blocks, random));
        if (others.isEmpty()) {
          yield null;
        }
        LoopRef target = pick(others, random);
        if (kind < 16) {
          schedule.computeAt(block, target, random.nextBoolean(), -1);
          yield "computeAt " + block + " " + target;
        }
        schedule.reverseComputeAt(block, target, random.nextBoolean(), -1);
        yield "reverseComputeAt " + block + " " + target;
      }
      case 18 -> {
        schedule.computeInline(block);
        yield "computeInline " + block;
      }
      case 19 -> {
        schedule.reverseComputeInline(block);
        yield "reverseComputeInline " + block;
      }
      case 20 -> {
        boolean write = random.nextBoolean();
        yield "reindex " + block + write + schedule.reindex(block, 0, write);
      }
      default -> {
        Var i = Var.int32("i");
        Var j = Var.int32("j");
        IndexMap map =
            new IndexMap(List.of(i, j), List.of(j, Expr.floorDiv(i, 2), Expr.floorMod(i, 2)));
        schedule.transformBlockLayout(block, map);
        yield "transformBlockLayout " + block;
      }
    };
  }

  private static void collect(Schedule schedule, BlockRef block, List<BlockRef> into) {
    for (BlockRef child : schedule.getChildBlocks(block)) {
      into.add(child);
      collect(schedule, child, into);
    }
  }

  private static <T> T pick(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }
}
